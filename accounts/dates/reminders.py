"""Word in time that a right ends: to the person, and to whoever gave it; each once (see `remind_of_ends`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.access import holders
from accounts.dates.kinds import KINDS, Dated, Kind, kind_of, place_of
from accounts.dates.reading import Reach
from accounts.guards import DELEGATE
from accounts.models import Account
from adminrights.change import Actor, change
from adminrights.days import day_of
from adminrights.events import Event
from adminrights.models import OutgoingMail, Unit
from adminrights.models.facts import live_now
from groups.models import Membership

PERSON, GIVER = "ending", "ending_given"
# Of those who administer, where whoever gave it no longer can.
MOST_ADMINISTRATORS = 5
# A kind of fact, its number, and how many days before its end somebody is told.
Told = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Due:
    """A fact whose end comes near, and the number of days of the reminder that is due."""

    fact: Dated
    days: int

    @property
    def told(self) -> Told:
        """How the mail remembers it."""
        return (kind_of(self.fact).key, self.fact.pk, self.days)


@dataclass(slots=True)
class Letter:
    """What one person is told of one organisation."""

    message: str
    account: Account
    root: Unit
    due: list[Due] = field(default_factory=list)


def remind_of_ends(*, actor: Actor) -> list[OutgoingMail]:
    """Promise every reminder that is due and return the mails; a second run finds nothing to do.

    A fact that was prolonged is another fact, with reminders of its own; one that was ended has none.
    """
    now = timezone.now()
    promised = []
    for letter in _letters(list(due(now)), _told(now)):
        with change(Event.ENDS_TOLD, actor=actor, unit=letter.root, target=letter.account) as c:
            # Behind the lock: another run may have been faster.
            told = _told(now, letter.account)
            ends = [each.told for each in letter.due if not _is_told(each, letter.message, told)]
            if ends:
                promised.append(c.send(letter.message, letter.account, ends=ends, root=letter.root.pk))
    return promised


def due(now: datetime) -> Iterator[Due]:
    """Yield what ends within the days before which somebody is told, of accounts that are active.

    Counted in days of the calendar. Nothing is told of an end that was set later than that.
    """
    most = max(settings.REMIND_DAYS, default=0)
    near = live_now(now) & Q(expires_at__lte=now + timedelta(days=most + 1))
    for kind in KINDS.values():
        for fact in kind.facts(near, Q(account__status=Account.Status.ACTIVE)):
            days = _threshold(fact, now)
            if days is not None and not _is_gone(fact):
                yield Due(fact, days)


def _threshold(fact: Dated, now: datetime) -> int | None:
    last = day_of(fact.expires_at) or date.max
    left, lasted = (last - _day(now)).days, (last - _day(fact.starts_at)).days
    return min((days for days in settings.REMIND_DAYS if left <= days <= lasted), default=None)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _is_gone(fact: Dated) -> bool:
    unit = place_of(fact)
    deleted = isinstance(fact, Membership) and fact.group.deleted_at is not None
    return deleted or unit.closed_at is not None


def _told(now: datetime, account: Account | None = None) -> Mapping[tuple[str, str, int], int]:
    """Return for each message and fact how near the end was when it was last told."""
    most = max(settings.REMIND_DAYS, default=0)
    since = now - timedelta(days=most + 2)
    mails = OutgoingMail.objects.filter(message__in=(PERSON, GIVER), created_at__gte=since)
    if account is not None:
        mails = mails.filter(account=account)
    found: dict[tuple[str, str, int], int] = {}
    for message, facts in mails.values_list("message", "facts"):
        for kind, pk, days in facts["ends"]:
            key = (message, kind, pk)
            found[key] = min(days, found.get(key, days))
    return found


def _is_told(each: Due, message: str, told: Mapping[tuple[str, str, int], int]) -> bool:
    kind, pk, days = each.told
    return told.get((message, kind, pk), days + 1) <= days


def _letters(found: Iterable[Due], told: Mapping[tuple[str, str, int], int]) -> Iterable[Letter]:
    """Return one letter for each reader and organisation."""
    letters: dict[tuple[str, int, int], Letter] = {}
    keepers = _Keepers()
    for each in found:
        for message, readers in ((PERSON, [each.fact.account]), (GIVER, keepers.of(each.fact))):
            if _is_told(each, message, told):
                continue
            for reader in readers:
                root = place_of(each.fact).root or place_of(each.fact)
                key = (message, reader.pk, root.pk)
                letters.setdefault(key, Letter(message, reader, root)).due.append(each)
    return letters.values()


class _Keepers:
    """Who is told that something which was given ends; worked out once for each giver and place."""

    def __init__(self) -> None:
        self._reaches: dict[int, Reach] = {}
        self._administrators: dict[int, list[Account]] = {}

    def of(self, fact: Dated) -> list[Account]:
        """Return whoever gave it, if he can still set its dates; else the first who administer there."""
        giver, kind, unit = fact.started_by, kind_of(fact), place_of(fact)
        if giver is not None and giver.pk != fact.account_id and self._may(giver, kind, unit):
            return [giver]
        able = (each for each in self._of_unit(unit) if each.pk != fact.account_id)
        return list(able)[:MOST_ADMINISTRATORS]

    def _may(self, giver: Account, kind: Kind, unit: Unit) -> bool:
        if giver.pk not in self._reaches:
            self._reaches[giver.pk] = Reach(giver)
        return self._reaches[giver.pk].may_set(kind, unit.pk)

    def _of_unit(self, unit: Unit) -> list[Account]:
        if unit.pk not in self._administrators:
            able = [holder.account for holder in holders(DELEGATE, unit)]
            people = Account.objects.filter(pk__in=able).order_by("last_name", "first_name", "pk")
            self._administrators[unit.pk] = list(people[: MOST_ADMINISTRATORS + 1])
        return self._administrators[unit.pk]
