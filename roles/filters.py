from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from roles.models import Role

SYSTEM, BUILT_IN, ALL = "system", "built_in", "all"

KINDS = {
    SYSTEM: Q(built_in=True, module=None),
    BUILT_IN: Q(module__isnull=False),
    ALL: Q(),
}


class RoleFilter(FilterSet):
    """Search by name; the organisation's own roles unless others are asked for."""

    q = CharFilter(method="search", label=_("Search roles"))
    kind = ChoiceFilter(
        method="ignore",
        label=_("Kind"),
        empty_label=_("Own roles"),
        choices=[
            (SYSTEM, _("System roles")),
            (BUILT_IN, _("Roles of module levels")),
            (ALL, _("All roles")),
        ],
    )

    class Meta:
        model = Role
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Role]) -> QuerySet[Role]:
        # Even without a choice something is left out, which a filter's own method couldn't do.
        kind = self.form.cleaned_data.get("kind")
        return super().filter_queryset(queryset.filter(KINDS.get(kind, Q(built_in=False))))

    def search(self, queryset: QuerySet[Role], name: str, value: str) -> QuerySet[Role]:
        return queryset.search(value)  # type: ignore[attr-defined]

    def ignore(self, queryset: QuerySet[Role], name: str, value: str) -> QuerySet[Role]:
        return queryset
