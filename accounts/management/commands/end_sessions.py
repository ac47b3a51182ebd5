from typing import Any

from accounts.commands import AccountCommand
from accounts.models import Account
from accounts.services.sessions import end_sessions
from adminrights.models import Unit


class Command(AccountCommand):
    help = "Sign an account out everywhere, for example after a device was lost."

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        end_sessions(account, actor=self.actor, unit=unit)
        return f"{account} is signed out everywhere."
