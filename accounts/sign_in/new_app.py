"""The secret of an authenticator app that is being added: it waits in the session, encrypted as later on."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends.base import SessionBase

KEPT = "new_app"


def secret_to_add(session: SessionBase, *, again: bool) -> str:
    """Return the secret that was shown before when asked for it `again`, else a new one."""
    if again and (kept := _kept(session)):
        return kept
    secret: str = generate_totp_secret()
    session[KEPT] = get_adapter().encrypt(secret)
    return secret


def forget_secret(session: SessionBase) -> None:
    """Forget it once the app is added."""
    session.pop(KEPT, None)


def _kept(session: SessionBase) -> str:
    try:
        return str(get_adapter().decrypt(session.get(KEPT, "")))
    except InvalidToken:
        return ""
