"""Rights in words."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from adminrights.consequences import some
from roles.catalogue import catalogue

MOST_RESOURCES = 12


def permission_label(key: str) -> str:
    """Return what the key of a permission, a module-wide or a named one means; an unknown key as it is."""
    known = catalogue()
    if key in known.permissions:
        return known.permissions[key].label
    if key in known.named:
        return known.named[key].label
    target, __, action = key.partition(":")
    module = known.modules.get(target.removesuffix(".*"))
    if module is None or action not in known.actions:
        return key
    return f"{known.actions[action].label}: {wide_label(module.key)}"


def target_label(target: str) -> str:
    """Return the label of a resource, or "Everything in …" for a module-wide target."""
    known = catalogue()
    if target in known.resources:
        return known.resources[target].label
    module = target.removesuffix(".*")
    return wide_label(module) if module in known.modules else target


def wide_label(module: str) -> str:
    """Return the words for a rule about a whole module."""
    return _("Everything in %s") % catalogue().modules[module].label


def areas_of(permissions: Iterable[str]) -> tuple[str, ...]:
    """Return the areas of the navigation that the permissions belong to, in its order."""
    known = catalogue()
    modules = {known.permissions[key].module for key in permissions}
    return tuple(dict.fromkeys(each.area for each in known.modules.values() if each.key in modules))


def by_module(permissions: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the labels of permissions by the labels of their modules, in the order of the catalogue."""
    known, wanted = catalogue(), set(permissions)
    found: dict[str, list[str]] = defaultdict(list)
    for key, permission in known.permissions.items():
        if key in wanted:
            found[permission.module].append(permission.label)
    return [(known.modules[module].label, labels) for module, labels in found.items()]


def summary(permissions: Iterable[str]) -> str:
    """Return many permissions in one line, by resource: "Ad campaigns (List, View), Templates (Use)"."""
    known = catalogue()
    wanted = set(permissions)
    actions: dict[str, list[str]] = defaultdict(list)
    for key, permission in known.permissions.items():
        if key in wanted:
            actions[permission.resource].append(known.actions[permission.action].label)
    lines = [
        f"{known.resources[resource].label} ({', '.join(labels)})" for resource, labels in actions.items()
    ]
    return some(lines[:MOST_RESOURCES], len(lines))
