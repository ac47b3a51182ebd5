"""The key of the product is changed without anybody losing a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.core.management.utils import get_random_secret_key
from pytest_django import Settings

from accounts.models import Account
from accounts.services.factors import add_app
from adminrights.models import JournalEntry
from tests.terminal import run

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def app(nemo: Account) -> Authenticator:
    add_app(nemo, SECRET)
    return Authenticator.objects.get(user=nemo, type=Authenticator.Type.TOTP)


def secret_of(app: Authenticator) -> str:
    app.refresh_from_db()
    return decrypt(app.data["secret"])


def test_after_renewing_the_old_key_can_go(app: Authenticator, settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = get_random_secret_key(), [settings.SECRET_KEY]

    ran = run("renew_secrets", "--format", "json")
    settings.SECRET_KEY_FALLBACKS = []

    assert (ran.code, ran.data) == (0, {"apps": 1})
    assert secret_of(app) == SECRET
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, SECRET in str(entry.data)) == ("secrets.renewed", False)


def test_without_the_old_key_nothing_is_changed(app: Authenticator, settings: Settings) -> None:
    before = app.data["secret"]
    settings.SECRET_KEY = get_random_secret_key()

    ran = run("renew_secrets")

    app.refresh_from_db()
    assert (ran.code, "Nothing was changed" in ran.err) == (1, True)
    assert app.data["secret"] == before
