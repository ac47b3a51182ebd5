"""Groups and levels by the names that people type in commands and tables."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from adminrights.exceptions import Invalid
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.vocabulary import LEVEL_NAMES


def find_groups(names: Iterable[str], unit: Unit) -> list[Group]:
    """Return the unit's groups by name or display name, in any case. Raises Invalid for an unknown one."""
    offered = list(Group.objects.in_unit(unit))
    return list(dict.fromkeys(_find_group(name, offered) for name in names))


def _find_group(name: str, offered: list[Group]) -> Group:
    wanted = name.casefold()
    found = [group for group in offered if group.name.casefold() == wanted]
    found = found or [group for group in offered if group.display_name.casefold() == wanted]
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
