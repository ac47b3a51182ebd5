"""In production the product starts safely or not at all (W7)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
SAFE = {"SECRET_KEY": "k3y-of-a-test;" * 5, "BASE_URL": "https://rights.example.org"}


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import the door of the production server with nothing but these settings."""
    look = "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_NAME, s.EMAIL_BACKEND)"
    return subprocess.run(
        [sys.executable, "-c", f"import adminrights.wsgi; {look}"],
        cwd=HOUSE,
        env={"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "abc" * 30}, "SECRET_KEY can be guessed"),
        ({"SECRET_KEY": "django-insecure-" + "k3y-of-a-test;" * 5}, "SECRET_KEY can be guessed"),
        ({"SECRET_KEY_FALLBACKS": "secret"}, "SECRET_KEY_FALLBACKS is too short"),
        ({"DEMO": "1"}, "DEMO and DEBUG open doors"),
        ({"DEBUG": "1"}, "DEMO and DEBUG open doors"),
        ({"DEMO": "1", "BASE_URL": "http://8.8.8.8:8000"}, "DEMO and DEBUG open doors"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS names every host"),
        ({"ALLOWED_HOSTS": "rights.example.org, *"}, "ALLOWED_HOSTS names every host"),
        ({"HEALTH_ALLOWED": "10.0.0.0/8,everybody"}, "everybody is no network"),
        ({"LANGUAGE_CODE": "tlh"}, "LANGUAGE_CODE: choose one of en, de, fr, es"),
        ({"LOG_FORMAT": "xml"}, "Choose one of: json, text"),
        ({"BASE_URL": "http://rights.example.org"}, "BASE_URL must begin with https://"),
        ({"BASE_URL": ""}, "BASE_URL must begin with https://"),
        ({"MAIL_PROVIDER": "mailgun", "ANYMAIL_MAILGUN_API_KEY": "k"}, "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY"),
        ({"MAIL_PROVIDER": "postmark"}, "ANYMAIL_WEBHOOK_SECRET"),
        ({"MAIL_PROVIDER": "postmark", "ANYMAIL_WEBHOOK_SECRET": "a:b"}, "24 characters or more"),
    ],
)
def test_what_would_be_unsafe_does_not_start(wrong: dict[str, str], said: str, tmp_path: Path) -> None:
    ended = start(tmp_path, **SAFE | wrong)

    assert ended.returncode != 0
    assert said in ended.stderr


def test_a_command_says_which_setting_is_missing_and_nothing_else() -> None:
    command = [sys.executable, "manage.py", "migrate"]
    ended = subprocess.run(command, cwd=HOUSE, env={}, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("SECRET_KEY is not set.")


def test_without_freedoms_asked_for_by_name_everything_is_closed(tmp_path: Path) -> None:
    ended = start(tmp_path, **SAFE)

    assert ended.stdout.split() == ["False", "__Host-session", "adminrights.mailbox.RefusingEmailBackend"], (
        ended.stderr
    )


@pytest.mark.parametrize(
    "proof",
    [
        {"MAIL_WEBHOOK": "0"},
        {"ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": "k"},
        {"ANYMAIL_WEBHOOK_SECRET": "provider:a-password-that-nobody-guesses"},
    ],
)
def test_with_checked_reports_or_none_a_mail_provider_is_fine(proof: dict[str, str], tmp_path: Path) -> None:
    ended = start(tmp_path, **SAFE | {"MAIL_PROVIDER": "mailgun", "ANYMAIL_MAILGUN_API_KEY": "k"} | proof)

    assert ended.stdout.split()[-1] == "anymail.backends.mailgun.EmailBackend", ended.stderr


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8001",
        "http://localhost",
        "http://[::1]:8000",
        "http://192.168.1.5",
        "http://pc.local",
    ],
)
def test_the_demo_runs_on_this_machine_and_its_network(url: str, tmp_path: Path) -> None:
    ended = start(tmp_path, DEMO="1", BASE_URL=url)

    assert ended.returncode == 0, ended.stderr


DOUBTFUL = {
    "adminrights.W001": {"DATABASE_URL": "sqlite:///:memory:"},
    "adminrights.W002": {"MAIL_PROVIDER": ""},
    "adminrights.W003": {"MAIL_FROM": ""},
    "adminrights.W004": {"TRUSTED_PROXIES": "0"},
    "adminrights.W005": {"BACKUP_RECIPIENTS": ""},
    "adminrights.W006": {"MAIL_URL": "smtp://mail.example.org:25"},
}
SOUND = SAFE | {
    "DATABASE_URL": "postgres://rights@127.0.0.1/rights",
    "MAIL_PROVIDER": "smtp",
    "MAIL_URL": "smtp+tls://mail.example.org:587",
    "MAIL_FROM": "rights@rights.example.net",
    "TRUSTED_PROXY_HEADER": "HTTP_X_FORWARDED_PROTO",
    "TRUSTED_PROXIES": "1",
    "BACKUP_RECIPIENTS": "age1",
}


def deploy(**environment: str) -> str:
    """Return what `check --deploy` says."""
    given = {name: value for name, value in environment.items() if value}
    command = [sys.executable, "manage.py", "check", "--deploy", "--tag", "security"]
    ran = subprocess.run(command, cwd=HOUSE, env=given, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


# W7
@pytest.mark.parametrize("doubt", [*DOUBTFUL, None])
def test_what_is_doubtful_is_said_before_it_runs(doubt: str | None) -> None:
    said = deploy(**SOUND | DOUBTFUL.get(doubt or "", {}))

    assert set(re.findall(r"adminrights\.W\d+", said)) == ({doubt} if doubt else set()), said
