"""Signing in and out, and what happens when somebody tries too often (T10, S2-33, S2-34)."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.access import holders
from accounts.addresses import canonical
from accounts.limited import limits_seen_from
from accounts.models import Account, UnitAccess
from accounts.services.status import end_everything, read_again
from accounts.sign_in import throttle
from adminrights.change import SYSTEM, Actor, Change, change, record_refusal
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotFound, SignInRefused
from adminrights.models import Unit


def record_sign_in(account: Account) -> None:
    """Journal that the account signed in, and forget its failed tries."""
    with change(Event.SIGNED_IN, actor=account, target=account) as c:
        c.update(account, last_login=c.at, failed_sign_ins=0, locked_at=None)


def record_sign_out(account: Account) -> None:
    """Journal that the account signed out."""
    with change(Event.SIGNED_OUT, actor=account, target=account) as c:
        c.concern(account)
        c.note()


def record_failed_sign_in(address: str) -> None:
    """Count a failed try against the account with the address, and lock it when there were too many.

    A try against a locked account doesn't make the lock longer. A try against nobody is journaled without
    the address: it may well be a password typed into the wrong field.
    """
    account = Account.objects.filter(email_key=canonical(address), status=Account.Status.ACTIVE).first()
    if account is None:
        refusal = SignInRefused(_("Nobody who may sign in has this address."))
        record_refusal(Change(Event.SIGN_IN_FAILED, SYSTEM), refusal)
        return
    with change(Event.SIGN_IN_FAILED, actor=SYSTEM, target=account) as c:
        read_again(account)
        if account.is_locked:
            c.concern(account)
            c.note(locked=True)
        else:
            _count_failure(c, account)


def lift_sign_in_limit(address: str, *, actor: Actor, unit: Unit | None = None) -> str:
    """Let the source of requests try to sign in again at once; return the source.

    People do it in a unit, for the sources that are the unit's to know. Raises NotFound for any other.
    """
    place = throttle.source(address)
    with change(Event.SIGN_IN_LIMIT_LIFTED, actor=actor, unit=unit, needs="accounts:update") as c:
        if not c.by_system and place not in {limit.source for limit in limits_seen_from(unit)}:  # type: ignore[arg-type]
            raise NotFound(_("This limit has ended already."))
        c.note(source=place)
        throttle.lift(place)
    return place


def _count_failure(c: Change, account: Account) -> None:
    run_out = account.locked_at is not None
    failures = 1 if run_out else account.failed_sign_ins + 1
    if failures < settings.LOCK_AFTER_FAILURES:
        c.update(account, failed_sign_ins=failures, locked_at=None)
        return
    c.event = Event.ACCOUNT_LOCKED
    # A lock ends what runs, as disabling does: who is guessing may be in already.
    c.update(account, failed_sign_ins=failures, locked_at=c.at, session_epoch=account.session_epoch + 1)
    keepers = _keepers(account)
    for person in Account.objects.filter(pk__in=keepers, status=Account.Status.ACTIVE).order_by("pk"):
        c.send("locked", person, locked=account.pk, unit=keepers[person.pk])


def _keepers(account: Account) -> dict[int, int]:
    """Return the owner and everybody who may manage the account, each with the unit to do it in (S2-34)."""
    accesses = UnitAccess.objects.live().filter(account=account).select_related("unit__root")
    people: dict[int, int] = {}
    for access in accesses.order_by("unit__path"):
        root = access.unit.root or access.unit
        found = [holder.account for holder in holders("accounts:update", access.unit)]
        for person in [*found, *([root.owner_id] if root.owner_id else [])]:
            people.setdefault(person, access.unit_id)
    return people


def end_session(account: Account, pk: int) -> None:
    """End one of the account's own sessions. Raises NotFound."""
    with change(Event.SESSION_ENDED, actor=account, target=account) as c:
        found = UserSession.objects.filter(user=account, pk=pk).first()
        if found is None:
            raise NotFound(_("This session has ended already."))
        found.end()
        c.concern(account)
        c.note(session=pk)


def end_other_sessions(account: Account) -> None:
    """End every session of the account; the page keeps its own by `stay_signed_in`."""
    with change(Event.SESSIONS_ENDED, actor=account, target=account) as c:
        read_again(account)
        c.concern(account)
        end_everything(c, account)


def end_sessions(account: Account, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """End every session of somebody: on a device that was lost, or after a mistake (S4)."""
    with change(
        Event.SESSIONS_ENDED, actor=actor, unit=unit, target=account, needs="accounts:update", reason=reason
    ) as c:
        read_again(account)
        c.concern(account)
        end_everything(c, account)


def end_sessions_of_all(root: Unit, *, actor: Actor, reason: str = "") -> int:
    """End every session of everybody in the organisation, as after a break-in; return how many people (S4).

    Who works in another organisation too is signed out there as well: a session is one for all of them. A
    page keeps the actor's own by `stay_signed_in`. Raises Invalid for a unit that isn't a root.
    """
    with change(
        Event.SESSIONS_ENDED, actor=actor, unit=root, target=root, needs="access:delegate", reason=reason
    ) as c:
        if root.parent_id is not None:
            raise Invalid(_("Only everybody of the organisation as a whole is signed out at once."))
        people = Account.objects.in_unit(root).filter(status=Account.Status.ACTIVE).values("pk")
        epochs = {"session_epoch": F("session_epoch") + 1, "browser_epoch": F("browser_epoch") + 1}
        return c.update_all(Account.objects.order_by().filter(pk__in=people), **epochs)
