"""Groups and levels by the names that people type in commands and tables."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from adminrights.exceptions import Invalid
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.vocabulary import LEVEL_NAMES


def find_groups(names: Iterable[str], unit: Unit) -> list[Group]:
    """Return the unit's groups by name or display name, in any case. Raises Invalid for an unknown one."""
    return GroupBook(unit).find(names)


class GroupBook:
    """The unit's groups by their names, read when one is asked for the first time."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    def find(self, names: Iterable[str]) -> list[Group]:
        """Return the groups as `find_groups` does."""
        return list(dict.fromkeys(self._one(name) for name in names))

    @cached_property
    def _by_name(self) -> tuple[dict[str, list[Group]], dict[str, list[Group]]]:
        short, shown = defaultdict(list), defaultdict(list)
        for group in Group.objects.in_unit(self.unit):
            short[group.name.casefold()].append(group)
            shown[group.display_name.casefold()].append(group)
        return short, shown

    def _one(self, name: str) -> Group:
        short, shown = self._by_name
        wanted = name.casefold()
        found = short.get(wanted) or shown.get(wanted) or []
        if len(found) == 1:
            return found[0]
        if found:
            raise Invalid(_("Several groups are called %s. Use the short name of one.") % name)
        raise Invalid(_("There is no group %s.") % name)


def read_levels(texts: Iterable[str]) -> dict[str, int]:
    """Return the levels by module that texts such as "customers:write" name. Raises Invalid."""
    levels: dict[str, int] = {}
    for text in texts:
        module, _colon, name = (part.strip() for part in text.partition(":"))
        if module not in catalogue().modules:
            raise Invalid(_("There is no module %s.") % module)
        level = LEVEL_NAMES.get(name.lower())
        if level not in catalogue().modules[module].levels:
            offered = ", ".join(each.name.lower() for each in catalogue().modules[module].levels)
            raise Invalid(
                _("“%(text)s” names no level of %(module)s. It offers: %(offered)s.")
                % {"text": text, "module": module, "offered": offered}
            )
        if levels.setdefault(module, int(level)) != level:
            raise Invalid(_("Two levels are named for %s.") % module)
    return levels
