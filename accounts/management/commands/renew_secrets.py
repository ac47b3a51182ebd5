from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management import CommandError

from accounts.services.keys import renew_secrets
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "After SECRET_KEY was changed and the old one put into SECRET_KEY_FALLBACKS: encrypt the secrets of "
        "authenticator apps by the new key, so that the old one can be taken away. Nobody notices anything."
    )

    def run(self, **options: Any) -> Outcome:
        try:
            number = renew_secrets(actor=self.actor)
        except InvalidToken as error:
            raise CommandError(
                "The secret of an app was encrypted by a key that isn't here. Nothing was changed. Put that "
                "key into SECRET_KEY_FALLBACKS."
            ) from error
        return Outcome(data={"apps": number}, text=f"{number} secrets are encrypted by the present key.")
