"""What people change about themselves."""

from accounts.models import Account
from adminrights.change import change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of
from adminrights.events import Event


def set_campaign_notifications(account: Account, *, wanted: bool, seen: Sheet | None = None) -> bool:
    """Let the person choose whether campaigns send them mail (S1-15); return whether it differed.

    Raises Stale when it is no longer as `seen`.
    """
    with change(Event.ACCOUNT_UPDATED, actor=account, target=account) as c:
        account.refresh_from_db()
        refuse_stale(seen, sheet_of(account, ("campaign_notifications",)))
        return bool(c.update(account, campaign_notifications=wanted))
