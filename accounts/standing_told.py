"""What a change in the role matrix does to people, in words, and whether to ask before it is done."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.guards import is_administration
from accounts.models import Account
from adminrights.change import Change
from adminrights.consequences import Line, consequences, some
from adminrights.effects import Effect
from adminrights.models import Unit
from roles.wording import summary

MOST_LINES, MOST_UNITS = 12, 3
NOW = {
    "lose": _("%(who)s loses in %(units)s: %(what)s"),
    "gain": _("%(who)s gains in %(units)s: %(what)s"),
}
LATER = {
    "lose": _("%(who)s, who isn't active, no longer has in %(units)s: %(what)s"),
    "gain": _("%(who)s gains in %(units)s, once active: %(what)s"),
}


def needs_a_yes(change: Change | None) -> bool:
    """Return whether somebody loses something by the change, or gets administration, now or once active."""
    effects = [*change.effects.real, *_of_sleepers(change)] if change else []
    return any(effect.lost or any(map(is_administration, effect.gained)) for effect in effects)


def told(change: Change | None) -> list[Line]:
    """Return who gains and loses what in which units; of those who can't sign in, what they will have."""
    if change is None:
        return consequences(None)
    lines = [*_lines(change.effects.real, NOW), *_lines(_of_sleepers(change), LATER)]
    more = len(lines) - MOST_LINES
    if more > 0:
        text = ngettext("and %(count)d more line like these", "and %(count)d more lines like these", more)
        lines[MOST_LINES:] = [{"kind": "note", "text": text % {"count": more}}]
    return lines or consequences(None)


def _of_sleepers(change: Change) -> list[Effect]:
    """Return what accounts hold anew or no more that aren't active: to them nothing happens yet."""
    people = {effect.account for effect in change.effects.given}
    sleeping = Account.objects.filter(pk__in=people).exclude(status=Account.Status.ACTIVE)
    asleep = set(sleeping.values_list("pk", flat=True))
    return [effect for effect in change.effects.given if effect.account in asleep]


def _lines(effects: Iterable[Effect], words: Mapping[str, Any]) -> Iterator[Line]:
    """Yield a line for each person and set of rights: the same right may go here and come there."""
    places: dict[tuple[int, str, frozenset[str]], list[int]] = defaultdict(list)
    for effect in effects:
        for kind, rights in (("lose", effect.lost), ("gain", effect.gained)):
            if rights:
                places[effect.account, kind, rights].append(effect.unit)
    people = Account.objects.in_bulk({account for account, _kind, _rights in places})
    units = Unit.objects.in_bulk({unit for found in places.values() for unit in found})
    for (account, kind, rights), found in places.items():
        names = some([units[pk].name for pk in found[:MOST_UNITS]], len(found))
        said = {"who": people[account].name, "units": names, "what": summary(rights)}
        yield {"kind": kind, "text": str(words[kind]) % said}
