from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, FilterSet

from groups.models import Group


class GroupFilter(FilterSet):
    """Search by name."""

    q = CharFilter(method="search", label=_("Search groups"))

    class Meta:
        model = Group
        fields: list[str] = []

    def search(self, queryset: QuerySet[Group], name: str, value: str) -> QuerySet[Group]:
        return queryset.search(value)  # type: ignore[attr-defined]
