"""The parts of forms that are about groups (see adminrights/views/parts.py)."""

from collections.abc import Iterable, Mapping
from typing import Any

from adminrights.views.parts import Ticks
from groups.models import Group
from roles.models import Role


class RolesPart(Ticks):
    """The roles that a group carries."""

    name = "roles"

    def __init__(self, group: Group) -> None:
        super().__init__("grouprole", {"group": group.pk}, "role", names_of_roles)

    def chosen(self, form: Any) -> Iterable[object]:
        return (role.pk for role in form.cleaned_data[self.name])


def names_of_roles(pks: set[str]) -> Mapping[str, str]:
    found = Role.objects.filter(pk__in=pks).values_list("pk", "display_name")
    return {str(pk): name for pk, name in found}
