"""What allauth is told of second factors: how their secrets are kept, and under which name they show."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from adminrights.context_processors import PRODUCT

SALT = "accounts.sign_in.secrets"


class FactorAdapter(DefaultMFAAdapter):
    """Keeps secrets encrypted, so that a copy of the database signs nobody in."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This wasn't accepted. Try again, or another way."),
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return str(PRODUCT)

    def _get_site_name(self) -> str:
        return str(PRODUCT)

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %d") % number

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Do nothing: the services tell the person."""


def _fernet() -> MultiFernet:
    """Return what encrypts by the present key, and decrypts by those that are being retired, too."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac(SALT, "key", secret, algorithm="sha256").digest())
