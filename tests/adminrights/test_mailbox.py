"""The demo's mailbox: every letter can be read there, and in production it isn't there at all."""

import os
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.invitations import resend_invitation
from accounts.services.passwords import ask_password_reset
from adminrights import mailbox
from adminrights.change import SYSTEM
from adminrights.models import Unit
from adminrights.outbox import send_due


@pytest.fixture
def local_post(settings: Settings, tmp_path: Path) -> Settings:
    """An installation whose mail stays on the machine."""
    settings.EMAIL_BACKEND, settings.MAILBOX_DIR = "adminrights.mailbox.EmailBackend", tmp_path
    settings.DEMO, settings.DEBUG = True, False
    return settings


@pytest.fixture
def letters(local_post: Settings, penny: Account, nemo: Account, unit: Unit) -> list[mailbox.Letter]:
    resend_invitation(penny, actor=SYSTEM, unit=unit)
    send_due()
    ask_password_reset(nemo.email)
    send_due()
    return mailbox.letters()


def test_letters_stand_in_the_mailbox_newest_first(client: Client, letters: list[mailbox.Letter]) -> None:
    page = client.get("/mailbox/").content.decode()
    assert page.index("nemo.nobody@example.org") < page.index("penny.pending@example.org")


def test_letters_are_found_by_address(client: Client, letters: list[mailbox.Letter]) -> None:
    page = client.get("/mailbox/", {"q": "PENNY"}).content.decode()
    assert "penny.pending@example.org" in page
    assert "nemo.nobody@example.org" not in page
    assert b"No letter to such an address" in client.get("/mailbox/", {"q": "zzz"}).content


def test_the_link_of_a_letter_can_be_followed(client: Client, letters: list[mailbox.Letter]) -> None:
    page = client.get(f"/mailbox/{letters[1].id}/").content.decode()
    assert 'href="http://127.0.0.1:8000/invitation/' in page


def test_an_empty_mailbox_says_what_to_do(client: Client, local_post: Settings, db: None) -> None:
    assert b"No letters yet" in client.get("/mailbox/").content


@pytest.mark.parametrize("name", ["x", "..", "..%2f..%2fsecret_key", "20260101"])
def test_a_letter_that_is_not_there_is_not_found(
    client: Client, local_post: Settings, db: None, name: str
) -> None:
    assert client.get(f"/mailbox/{name}/").status_code == 404


@pytest.mark.parametrize(
    "real",
    [{"DEMO": False}, {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}],
    ids=["production", "real mail"],
)
def test_where_mail_is_real_there_is_no_mailbox(
    client: Client, letters: list[mailbox.Letter], settings: Settings, real: dict[str, object]
) -> None:
    for name, value in real.items():
        setattr(settings, name, value)
    assert client.get("/mailbox/").status_code == 404
    assert client.get(f"/mailbox/{letters[0].id}/").status_code == 404


def test_a_letter_is_the_owners_alone_from_its_first_moment(
    local_post: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else on the machine could read it before its rights were taken away, even if only then."""
    monkeypatch.setattr(Path, "chmod", lambda *_args, **_kwargs: None)
    local_post.MAILBOX_DIR = tmp_path / "new"
    kept = os.umask(0)
    try:
        send_mail("Link", "secret", None, ["nemo@example.org"])
    finally:
        os.umask(kept)
    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "new", *(tmp_path / "new").iterdir())}
    assert sorted(modes.values()) == [0o600, 0o700]
    assert [letter.text for letter in mailbox.letters()] == ["secret"]


def test_a_letter_that_is_being_written_is_not_read(local_post: Settings, tmp_path: Path) -> None:
    send_mail("Link", "secret", None, ["nemo@example.org"])
    (path,) = tmp_path.iterdir()
    path.with_suffix(".part").write_text(path.read_text()[:20])
    assert len(mailbox.letters()) == 1
