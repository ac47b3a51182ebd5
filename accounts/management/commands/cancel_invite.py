from typing import Any

from accounts.commands import AccountCommand
from accounts.models import Account
from accounts.services.invitations import cancel_invitation
from adminrights.models import Unit


class Command(AccountCommand):
    help = "Cancel a pending account's invitation: its link is dead, the account disabled, no mail sent (T4)."

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        cancel_invitation(account, actor=self.actor, unit=unit)
        return f"The invitation of {account} is cancelled; the account is disabled. No mail was sent."
