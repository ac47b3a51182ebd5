"""What must be done to a database that was restored, before anybody uses it (5.8)."""

from dataclasses import asdict, dataclass

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import F

from accounts.models import Account, Invitation
from adminrights.change import Actor, change
from adminrights.events import Event
from adminrights.outbox import park_all

# Further than anything that was counted after the backup can have come: what was cancelled then, stays so.
FAR = 1_000
PARKED = "Parked after a restore: it may have been sent already. Send it again if it is still needed."


@dataclass(frozen=True, slots=True)
class Settled:
    """How many sessions and links are dead now, and how many mails are parked."""

    accounts: int
    invitations: int
    mails: int


def settle_restored(*, actor: Actor) -> Settled:
    """End every session and every link, park every mail that waits, and journal it.

    Rights and status stay as the backup has them: nobody can tell from it what happened since.
    """
    with change(Event.BACKUP_RESTORED, actor=actor) as c:
        epochs = {"session_epoch": F("session_epoch") + FAR, "browser_epoch": F("browser_epoch") + FAR}
        accounts = c.update_all(Account.objects.order_by(), **epochs)
        c.update_all(Invitation.objects.order_by(), generation=F("generation") + FAR)
        outstanding = Invitation.objects.order_by().outstanding().filter(expires_at__gt=c.at)
        settled = Settled(accounts, c.update_all(outstanding, expires_at=c.at), park_all(PARKED))
        Session.objects.all().delete()
        c.note(**asdict(settled))
    cache.clear()
    return settled
