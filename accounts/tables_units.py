"""The columns of the dashboard of units."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import CharFilter, FilterSet

from accounts.organisation import Reader, of_limit, people_url
from adminrights import cells
from adminrights.models import Unit, UnitFeature
from roles.catalogue import catalogue

DEEPEST = 6


class UnitTable(tables.Table):
    """Name, Owner, Seats, Features, Accounts, and what can be done."""

    name = tables.Column(_("Name"))
    owner = tables.Column(_("Owner"), empty_values=())
    seats = tables.Column(_("Seats"), empty_values=())
    features = tables.Column(_("Features"), accessor="pk")
    accounts = tables.Column(_("Accounts"), accessor="account_count")
    actions = tables.Column("", empty_values=())

    class Meta:
        orderable = False
        attrs = {"caption": _("Units")}

    def __init__(
        self, units: list[Unit], *, features: Iterable[UnitFeature], reader: Reader, taken: int
    ) -> None:
        super().__init__(units)
        self._reader, self._taken = reader, taken
        self._features: dict[int, list[str]] = defaultdict(list)
        known = catalogue().features
        for fact in features:
            label = known[fact.feature].label if fact.feature in known else fact.feature
            self._features[fact.unit_id].append(str(label))

    def render_name(self, record: Any) -> SafeString:
        depth = min(record.depth, DEEPEST)
        return format_html(
            '<span class="floor floor-{}">{}</span>',
            depth,
            cells.row_link(record.get_absolute_url(), record.name),
        )

    def render_owner(self, record: Unit) -> str:
        return record.owner.name if record.owner else "–"

    def render_seats(self, record: Unit) -> str:
        return of_limit(self._taken, record.seat_limit) if record.parent_id is None else "–"

    def render_features(self, value: int) -> SafeString:
        return cells.tags([{"label": label} for label in sorted(self._features[value])])

    def render_accounts(self, record: Any) -> Any:
        count, listed = record.account_count, self.request.user.may("accounts:list", self.request.unit)
        url = people_url(self.request, record) if listed else ""
        if not url:
            return count
        words = ngettext("%(count)d account of %(unit)s", "%(count)d accounts of %(unit)s", count)
        label = words % {"count": count, "unit": record.name}
        return format_html('<a class="count-link" href="{}" aria-label="{}">{}</a>', url, label, count)

    def render_actions(self, record: Unit) -> SafeString:
        return cells.quick_menu(self._reader.buttons(record), record.name, get_token(self.request))


class UnitFilter(FilterSet):
    """Search by name. The tree is cut by hand, because what a unit lies in stays with it."""

    q = CharFilter(label=_("Search units"))

    class Meta:
        model = Unit
        fields: list[str] = []
