from typing import Any

from accounts.commands import AccountCommand, stamp
from accounts.models import Account
from accounts.services.invitations import resend_invitation
from adminrights.models import Unit


class Command(AccountCommand):
    help = "Send a pending account a new invitation; the link before is dead at once (T3)."

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        invitation = resend_invitation(account, actor=self.actor, unit=unit)
        return f"{account} is invited again. The link works until {stamp(invitation.expires_at)}."
