"""What a removal takes away and what it leaves, for the page that asks before it is done (S4-34 to S4-36)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Grant, UnitAccess
from adminrights.change import Change
from adminrights.models import Fact, Unit
from groups.models import Group, Membership

Line = dict[str, str]


def what_goes(change: Change | None, *, name_units: bool) -> Iterator[Line]:
    """Yield one line for each unit: access, own rights, groups. Units are named where there are several."""
    ended = change.ended if change else []
    groups = Group.objects.in_bulk({fact.group_id for fact in ended if isinstance(fact, Membership)})
    by_unit: dict[int, list[Fact]] = defaultdict(list)
    for fact in ended:
        unit = groups[fact.group_id].unit_id if isinstance(fact, Membership) else getattr(fact, "unit_id", 0)
        if unit:
            by_unit[unit].append(fact)
    for unit in Unit.objects.filter(pk__in=by_unit).order_by("path"):
        what = ", ".join(_words(by_unit[unit.pk], groups))
        text = _("Ends in %(unit)s: %(what)s.") if name_units else _("Ends: %(what)s.")
        yield {"kind": "lose", "text": text % {"unit": unit.name, "what": what}}


def what_stays(*, name_units: bool) -> Iterator[Line]:
    """Yield what is kept. What somebody has in other organisations isn't told, only that it stays."""
    yield {"kind": "note", "text": _("No mail is sent.")}
    if name_units:
        yield {"kind": "note", "text": _("Access to other organisations, if there is any, stays as it is.")}
        yield {"kind": "note", "text": _("What the person has made stays, and goes on bearing their name.")}
    yield {"kind": "note", "text": _("The history is kept, and the person can be added again later.")}


def _words(facts: list[Fact], groups: Mapping[int, Group]) -> Iterator[str]:
    if any(isinstance(fact, UnitAccess) for fact in facts):
        yield _("access")
    grants = sum(isinstance(fact, Grant) for fact in facts)
    if grants:
        yield ngettext("%d own right", "%d own rights", grants) % grants
    names = sorted(groups[fact.group_id].display_name for fact in facts if isinstance(fact, Membership))
    if names:
        yield ngettext("the group %s", "the groups %s", len(names)) % ", ".join(names)
