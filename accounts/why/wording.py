"""Steps and what they bring, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.sources import level_in_words
from accounts.why.steps import Step, UnknownStep, of_kind
from accounts.why.suggestions import Brought
from adminrights.consequences import some
from adminrights.models import Unit
from adminrights.services import line_of
from groups.models import Group
from roles.catalogue import catalogue
from roles.wording import permission_label

FEW = 3


@dataclass(frozen=True, slots=True)
class Names:
    """The things that steps are about, by number, and the unit that is asked about."""

    unit: Unit
    groups: Mapping[int, Group]
    units: Mapping[int, Unit]


def names_for(reader: Account | AnonymousUser, unit: Unit, steps: Sequence[Step]) -> Names:
    """Return what the steps are about, from the unit. Raises UnknownStep for what the reader may not know."""
    wanted = {int(pk) for pk in of_kind(steps, "group")}
    line = line_of(unit) if wanted else []
    units = [each for each in line if reader.has_perm("groups:get", each)]
    groups = Group.objects.present().filter(unit__in=units, pk__in=wanted).select_related("unit")
    named = {group.pk: group for group in groups}
    second = {int(pk) for pk in of_kind(steps, "second")}
    below = Unit.objects.open().below(unit).in_bulk(second)
    if named.keys() != wanted or below.keys() != second:
        raise UnknownStep
    return Names(unit, named, below)


def words_of(steps: Iterable[Step], names: Names) -> str:
    """Return what the steps give, as a list: "membership of the group Team and access to North"."""
    words = [_of(step, names) for step in steps]
    if len(words) > 1:
        listed = ", ".join(words[:-1])
        return _("%(some)s and %(last)s") % {"some": listed, "last": words[-1]}
    return "".join(words)


def _of(step: Step, names: Names) -> str:
    if step.kind == "activate":
        return _("the account reactivated")
    if step.kind == "open":
        return _("rights from above counting in %s") % names.unit.name
    if step.kind in {"enter", "second"}:
        unit = names.units.get(int(step.what)) if step.what else names.unit
        return _("access to %s") % (unit.name if unit else step.what)
    if step.kind == "feature":
        feature = catalogue().features.get(step.what)
        words = {"feature": feature.label if feature else step.what, "unit": names.unit.name}
        return _("the feature %(feature)s switched on for %(unit)s") % words
    if step.kind == "group":
        return _group(names.groups.get(int(step.what)), names)
    if step.kind == "level":
        module, level = level_in_words(step.what)
        return _("%(level)s on %(module)s as an own right") % {"level": level, "module": module}
    if step.what in catalogue().named:
        return _("the named permission “%s”") % permission_label(step.what)
    return _("the single right “%s”") % permission_label(step.what)


def _group(group: Group | None, names: Names) -> str:
    if group is None:
        return _("membership of a group")
    if group.unit_id != names.unit.pk:
        words = {"group": group.display_name, "unit": group.unit.name}
        return _("membership of the group %(group)s of %(unit)s") % words
    return _("membership of the group %s") % group.display_name


@dataclass(frozen=True, slots=True)
class SideEffects:
    """What a suggestion brings beside what was asked for, in sentences; `named` has every right."""

    sentence: str
    named: tuple[str, ...]
    lost: str = ""
    beyond: str = ""


def side_effects(brought: Brought) -> SideEffects:
    """Return in words what it brings beside the permission."""
    known = catalogue().permissions
    named = tuple(known[key].label for key in known if key in brought.others)
    count = len(named)
    if not count:
        sentence = _("It brings no other right.")
    else:
        words = ngettext(
            "It brings %(count)d other right: %(some)s", "It brings %(count)d other rights: %(some)s", count
        )
        sentence = words % {"count": count, "some": some(named[:FEW], count)}
    lost = [permission_label(key) for key in known if key in brought.lost]
    return SideEffects(
        sentence,
        named if count > FEW else (),
        _("It takes away: %s") % some(lost[:FEW], len(lost)) if lost else "",
        " ".join(_beyond(brought)),
    )


def _beyond(brought: Brought) -> Iterable[str]:
    if brought.units:
        words = ngettext(
            "It also changes something in %d other unit.",
            "It also changes something in %d other units.",
            brought.units,
        )
        yield words % brought.units
    if brought.people:
        words = ngettext(
            "It changes the rights of %d other person too.",
            "It changes the rights of %d other people too.",
            brought.people,
        )
        yield words % brought.people
