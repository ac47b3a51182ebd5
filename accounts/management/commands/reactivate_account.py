from typing import Any

from accounts.commands import AccountCommand
from accounts.models import Account
from accounts.services.lifecycle import reactivate_account
from adminrights.models import Unit


class Command(AccountCommand):
    help = (
        "Reactivate a disabled account: to active with a notice if a password was ever set (T8), "
        "else to pending and without any mail; resend_invite sends the invitation then (T5)."
    )

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        reactivate_account(account, actor=self.actor, unit=unit, reason=options["reason"])
        if account.status == Account.Status.PENDING:
            return f"{account} is pending again. No mail was sent; resend_invite sends the invitation."
        return f"{account} is active again. A notice goes out."
