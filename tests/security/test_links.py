"""The secret of a link stands nowhere but in its mail (I1)."""

import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from accounts.links import invitation_link
from accounts.models import Account
from accounts.services.invitations import resend_invitation
from adminrights.change import SYSTEM
from adminrights.models import Unit


@pytest.fixture
def log_of_its_own() -> Iterator[None]:
    """Give the log back when it was led to where a test reads it."""
    yield
    logging.config.dictConfig(settings.LOGGING)


@pytest.fixture
def secret(penny: Account, unit: Unit) -> str:
    """The secret of a link that works."""
    link = invitation_link(resend_invitation(penny, actor=SYSTEM, unit=unit))
    return link.rstrip("/").rpartition("/")[2]


# I1: mail programs send people to addresses with a bracket too many, and 404s are logged
@pytest.mark.parametrize(
    "address", ["/invitation/{}/)", "/password/{}/", "/invitation/x{}/", "/nowhere/?next=/invitation/{}/"]
)
def test_no_log_holds_the_secret_of_a_link(
    address: str, secret: str, log_of_its_own: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.config.dictConfig(settings.LOGGING)

    answer = Client().get(address.format(secret))
    Client().post(address.format(secret))

    assert answer.status_code in {404, 410}
    assert secret not in capsys.readouterr().err


def test_the_log_keeps_what_is_no_secret(
    log_of_its_own: None, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    logging.config.dictConfig(settings.LOGGING)

    Client().get("/invitations/of-somebody-with-a-long-name/")

    assert "/invitations/of-somebody-with-a-long-name/" in capsys.readouterr().err
