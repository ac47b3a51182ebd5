"""Named permissions as people see and choose them, by area (S3-03, S3-05)."""

from collections.abc import Collection
from dataclasses import dataclass

from roles.catalogue import NamedPermission, catalogue


@dataclass(frozen=True, slots=True)
class NamedChoice:
    """One named permission with what it allows, what it needs and a caution."""

    key: str
    label: str
    help: str
    needs: str
    caution: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class NamedArea:
    """The named permissions of one area."""

    label: str
    choices: tuple[NamedChoice, ...]


def named_areas(chosen: Collection[str], *, only_chosen: bool = False) -> list[NamedArea]:
    """Return the named permissions by area, ticked where chosen; with `only_chosen` no others."""
    areas: dict[str, list[NamedChoice]] = {}
    for key, each in catalogue().named.items():
        if key in chosen or not only_chosen:
            areas.setdefault(each.area, []).append(_choice(each, key in chosen))
    return [NamedArea(label, tuple(choices)) for label, choices in areas.items()]


def _choice(each: NamedPermission, chosen: bool) -> NamedChoice:
    needs = ", ".join(catalogue().named[key].label for key in each.requires)
    return NamedChoice(each.key, each.label, each.help, needs, each.caution, chosen)
