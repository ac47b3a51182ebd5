"""Changing SECRET_KEY: what it encrypts is encrypted anew, so that the old key can go."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from adminrights.change import Actor, change
from adminrights.events import Event


def renew_secrets(*, actor: Actor) -> int:
    """Encrypt the secrets of all authenticator apps by the present key and return their number.

    Raises what decrypting raises for one whose key isn't among SECRET_KEY_FALLBACKS; then nothing is changed.
    """
    adapter = get_adapter()
    with change(Event.SECRETS_RENEWED, actor=actor) as c:
        apps = list(Authenticator.objects.filter(type=Authenticator.Type.TOTP).select_for_update())
        for app in apps:
            app.data["secret"] = adapter.encrypt(adapter.decrypt(app.data["secret"]))
        Authenticator.objects.bulk_update(apps, ["data"], batch_size=500)
        c.note(apps=len(apps))
    return len(apps)
