from typing import Any

from accounts.commands import AccountCommand
from accounts.models import Account
from accounts.services.lifecycle import disable_account
from adminrights.models import Unit


class Command(AccountCommand):
    help = "Disable an active account and tell the person by mail (T7). Its rights are kept."

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        disable_account(account, actor=self.actor, unit=unit, reason=options["reason"])
        return f"{account} is disabled. A notice goes out."
