"""The columns of Items, and how they are searched and narrowed."""

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from accounts.models import Item
from adminrights import cells
from adminrights.models import Unit
from roles.catalogue import catalogue

SHOWN_PEOPLE = 2


class ItemTable(tables.Table):
    """Name, kind, unit, to whom it is handed, who made it and when."""

    name = tables.Column(_("Name"))
    resource = tables.Column(_("Kind"), accessor="resource__label")
    unit = tables.Column(_("Unit"), accessor="unit__name")
    people = tables.Column(_("Handed to"), empty_values=(), orderable=False)
    created_by = tables.Column(_("Created by"))
    created_at = tables.Column(_("Created"))

    class Meta:
        order_by = "name"
        attrs = {"caption": _("Items")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of the items that the page shows: set by the page, in one go for all.
        self.handed: dict[int, list[str]] = {}

    def before_render(self, request: Any) -> None:
        if len(getattr(request, "units", ())) < 2:
            self.columns.hide("unit")

    def render_name(self, record: Item) -> SafeString:
        return cells.row_link(record.get_absolute_url(), record.name)

    def render_people(self, record: Item) -> SafeString:
        names = self.handed.get(record.pk, [])
        shown = [{"label": name} for name in names[:SHOWN_PEOPLE]]
        if more := names[SHOWN_PEOPLE:]:
            shown.append({"label": f"+{len(more)}", "title": ", ".join(more)})
        return cells.tags(shown)

    def render_created_by(self, value: str) -> str:
        return value.split(" <")[0]

    def render_created_at(self, value: Any) -> SafeString:
        return cells.day(value, "")


class ItemFilter(FilterSet):
    """Search by name; by kind and unit where there are several among what one sees."""

    q = CharFilter(method="search", label=_("Search items"))
    kind = ChoiceFilter(label=_("Kind"), field_name="resource", choices=(), empty_label=_("All"))
    unit = ModelChoiceFilter(label=_("Unit"), queryset=Unit.objects.none(), empty_label=_("All"))

    class Meta:
        model = Item
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = set(self.queryset.order_by().values_list("resource", "unit").distinct())
        kinds = {kind for kind, _unit in pairs}
        known = catalogue().resources
        self.filters["kind"].extra["choices"] = sorted(
            ((kind, known[kind].label if kind in known else kind) for kind in kinds), key=lambda each: each[1]
        )
        units = {unit for _kind, unit in pairs}
        self.filters["unit"].queryset = Unit.objects.filter(pk__in=units)
        # What leaves no choice is not asked; but what the address asks for is never dropped in silence.
        for name, choices in (("kind", kinds), ("unit", units)):
            if len(choices) < 2 and not self.data.get(name):
                del self.filters[name]

    def search(self, items: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        return items.filter(name__icontains=value)
