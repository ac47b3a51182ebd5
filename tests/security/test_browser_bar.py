"""What a browser is told with every answer: the policy, the other headers, the cookies (W1–W4, W6, W7)."""

import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.views import violations
from tests.factories import PASSWORD
from tests.security.test_settings import HOUSE, SAFE

REPORTS, AS_REPORT = "/reports/policy/", "application/csp-report"
POLICY = {
    "default-src": {"'none'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
    "frame-ancestors": {"'none'"},
    "form-action": {"'self'"},
    "report-uri": {REPORTS},
}


def policy_of(answer: Any) -> dict[str, set[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


# W1
@pytest.mark.parametrize(
    "path", ["/sign-in/", "/accounts/", "/nowhere/", "/sign-out/", "/?q=%00", "/static/css/base.css", REPORTS]
)
def test_every_answer_bears_the_strict_policy(path: str, db: None) -> None:
    answer = Client().get(path)
    answer.close()
    policy = policy_of(answer)

    assert {name: policy[name] for name in POLICY} == POLICY
    assert not [value for values in policy.values() for value in values if "unsafe" in value or "*" in value]
    assert not [value for values in policy.values() for value in values if value.startswith("http")]


# W1
def test_no_page_needs_a_script_or_a_style_within_it(ada: Account) -> None:
    client = Client()
    client.force_login(ada)

    for path in ("/accounts/", "/me/", "/accounts/add/?email=a@example.org", "/log/", "/roles/", "/nowhere/"):
        page = client.get(path).content.decode()
        assert "<html" in page
        assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", page)


def report(**named: Any) -> str:
    return json.dumps({"csp-report": {"document-uri": "https://rights.example.org/me/", **named}})


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been reported for long."""
    monkeypatch.setattr(violations.reported, "told_at", -1000.0)


# W1
def test_what_the_policy_stopped_is_reported_in_one_line_a_minute(
    quiet: None, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    for _number in range(50):
        answer = Client().post(
            REPORTS,
            report(**{"violated-directive": "img-src\nforged"}),
            content_type="application/csp-report",
        )
        assert answer.status_code == 204

    lines = [record.getMessage() for record in caplog.records if record.name == violations.__name__]
    assert lines == ["The content security policy stopped something: 1 reports, the last of img-srcforged"]


# N3, N4
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("{", 400),
        ('{"csp-report": 1}', 400),
        ("[" * 15_000, 400),
        ("x" * 30_000, 413),
    ],
)
def test_a_report_that_is_none_is_refused(
    body: str, status: int, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)

    answer = Client().post(REPORTS, body, content_type=AS_REPORT)

    assert answer.status_code == status
    assert not caplog.records


def test_a_report_that_comes_as_a_form_is_none(caplog: pytest.LogCaptureFixture, db: None) -> None:
    answer = Client().post(REPORTS, {"csp-report": "x"})

    assert answer.status_code == 400
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


# W2, W3
def test_in_production_browsers_come_back_by_https_only_with_cookies_nobody_else_can_set(
    tmp_path: Path,
) -> None:
    ask = (
        "from django.conf import settings as s; from django.test import Client\n"
        "import json\n"
        "safe, plain = Client().get('/accounts/', secure=True, headers={'Host': 'rights.example.org'}),"
        " Client().get('/accounts/', headers={'Host': 'rights.example.org'})\n"
        "print(json.dumps([safe.status_code, dict(safe.headers), plain.status_code, plain['Location'],"
        " [[n, getattr(s, n)] for n in dir(s) if '_COOKIE_' in n]]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", f"import adminrights.wsgi\n{ask}"],
        cwd=HOUSE,
        env={"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "LOG_LEVEL": "ERROR"} | SAFE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    status, headers, plain, location, cookies = json.loads(ended.stdout)
    kept = dict(cookies)

    assert (status, plain, location) == (302, 301, "https://rights.example.org/accounts/")
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    for kind in ("SESSION", "CSRF"):
        assert kept[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert kept[f"{kind}_COOKIE_SECURE"]
        assert kept[f"{kind}_COOKIE_HTTPONLY"]
        assert kept[f"{kind}_COOKIE_SAMESITE"] in {"Lax", "Strict"}
        assert (kept[f"{kind}_COOKIE_DOMAIN"], kept[f"{kind}_COOKIE_PATH"]) == (None, "/")


# W4
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_a_step_does_not_take_it(method: str, ada: Account, nemo: Account) -> None:
    client = Client()
    client.force_login(ada)

    for step in ("account_disable", "account_remove", "account_unlock", "invitation_cancel"):
        getattr(client, method)(reverse(f"accounts:{step}", args=[nemo.pk]))

    nemo.refresh_from_db()
    assert nemo.status == Account.Status.ACTIVE
    assert nemo.unit_accesses.live().exists()


# W4, S7
@pytest.mark.parametrize(
    "path", ["/sign-in/", "/sign-out/", "/accounts/add/", "/groups/add/", "/units/switch/"]
)
def test_a_form_from_another_site_is_refused(path: str, ada: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    client.get("/me/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value

    without = client.post(path, {"email": ada.email, "password": PASSWORD})
    foreign = client.post(path, {"csrfmiddlewaretoken": token}, headers={"Origin": "https://evil.example"})

    assert (without.status_code, foreign.status_code) == (403, 403)


# W6
def test_after_signing_out_nothing_of_a_page_was_kept(ada: Account) -> None:
    client = Client()
    client.force_login(ada)

    page = client.get("/accounts/")

    assert page["Cache-Control"] == "no-store"
    assert "Cookie" in page["Vary"]
