"""When somebody last used their rights, in words: the same on every page and in every file."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Account, Use
from accounts.uses import recording_since, today
from adminrights.models import Unit
from roles.catalogue import catalogue

# Longer ago it is told by its day.
DAYS_TOLD = 30


class LastUses:
    """The last day on which one account used each right in a unit and below; two statements for all."""

    def __init__(self, account: Account, unit: Unit) -> None:
        self.since = recording_since()
        made = account.created_at.date()
        kept = today() - timedelta(days=settings.KEEP_USES_DAYS)
        # Whoever is newer than the records has never used what isn't in them.
        self.whole = self.since is not None and self.since < made and kept < made
        uses = Use.objects.filter(account=account, unit__path__startswith=unit.path)
        rows = uses.order_by().values_list("permission").annotate(day=Max("last"))
        self.days: dict[str, date] = dict(rows) if self.since else {}

    def sentence(self, permissions: Iterable[str]) -> str:
        """Return when one of them was last used as a sentence; nothing where that isn't recorded."""
        if self.since is None:
            return ""
        last = self._last(permissions)
        if last is None and self.whole:
            return _("Never used.")
        if last is None:
            return _("Not used since %s, when recording began.") % _day(self.since)
        return _("Last used on %s.") % _day(last)

    def note(self, right: str) -> str:
        """Return the same as a quiet note beside the right; of what gives several, the latest use counts."""
        if self.since is None:
            return ""
        last = self._last(catalogue().given_by(right))
        if last is None and self.whole:
            return _("never used")
        return _ago(last) if last else _("not used since records began on %s") % _day(self.since)

    def _last(self, permissions: Iterable[str]) -> date | None:
        return max((self.days[key] for key in permissions if key in self.days), default=None)


def _ago(day: date) -> str:
    passed = (today() - day).days
    if passed > DAYS_TOLD:
        return _("last used on %s") % _day(day)
    if passed > 1:
        return _("last used %d days ago") % passed
    return _("last used yesterday") if passed == 1 else _("last used today")


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def last_days(unit: Unit, rights: frozenset[str]) -> dict[int, date]:
    """Return, by account, the last day on which anything of the rights was used in the unit or below.

    One statement, however many people there are.
    """
    keys = frozenset().union(*(catalogue().given_by(right) for right in rights))
    uses = Use.objects.filter(unit__path__startswith=unit.path, permission__in=keys).order_by()
    return dict(uses.values_list("account").annotate(day=Max("last")))
