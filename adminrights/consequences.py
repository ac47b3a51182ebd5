"""What a change does to people, in words: for pages and commands that say it before they do it.

People to whom the same happens stand on one line. It names the first of them and says in short what they
gain or lose; `areas` and `people` of the line hold all of it, for whoever wants to read it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adminrights.change import Change
from adminrights.effects import Shared, Thing
from adminrights.hooks import hooks
from adminrights.models import Unit
from adminrights.remarks import remarks_of

MOST_GROUPS, MOST_PEOPLE, MOST_UNITS = 12, 6, 3
# Rights that are named one by one; more are counted by module. People and units that are listed in all.
MOST_RIGHTS, MOST_LISTED = 12, 100
# From so many people on, the sum stands above the lines.
MANY = 7
Line = dict[str, Any]
Rights = frozenset[str]
# One account in one unit, or with a single thing there.
Spot = tuple[int, int, Thing | None]

# Of one person, and of several.
NOW = {
    "lose": (
        gettext_lazy("%(who)s loses%(where)s: %(what)s"),
        gettext_lazy("%(who)s lose%(where)s: %(what)s"),
    ),
    "gain": (
        gettext_lazy("%(who)s gains%(where)s: %(what)s"),
        gettext_lazy("%(who)s gain%(where)s: %(what)s"),
    ),
}
LATER = {
    "lose": (
        gettext_lazy("%(who)s, who isn't active, no longer has%(where)s: %(what)s"),
        gettext_lazy("%(who)s, who aren't active, no longer have%(where)s: %(what)s"),
    ),
    "gain": (
        gettext_lazy("%(who)s gains%(where)s, once active: %(what)s"),
        gettext_lazy("%(who)s gain%(where)s, once active: %(what)s"),
    ),
}


@dataclass(frozen=True, slots=True)
class Share:
    """People to whom the same happens in the same units, or with the same single things there."""

    accounts: tuple[int, ...]
    units: tuple[int, ...]
    gained: Rights
    lost: Rights
    # They can't sign in: what they gain they have once they are active.
    asleep: bool = False
    things: tuple[Thing, ...] = ()


def consequences(*changes: Change | None) -> list[Line]:
    """Return one line for each set of people who gain or lose the same, the largest sets first, then remarks.

    Of several changes that follow each other it is the sum.
    """
    done = [change for change in changes if change]
    return [*_about_people(done), *({"kind": "warning", "text": text} for text in remarks_of(done))]


def _about_people(done: list[Change]) -> list[Line]:
    shares = shares_of(done)
    if not shares:
        return [{"kind": "note", "text": _("Nobody gains or loses anything by this.")}]
    words = _Words(shares[:MOST_GROUPS], done)
    lines = [*_sum(shares), *(line for share in shares[:MOST_GROUPS] for line in words.lines(share))]
    rest = len({account for share in shares[MOST_GROUPS:] for account in share.accounts})
    if rest:
        text = ngettext("and %(count)d more person", "and %(count)d more people", rest) % {"count": rest}
        lines.append({"kind": "note", "text": text})
    return lines


def texts(*changes: Change | None) -> list[str]:
    """Return the lines as plain texts, as the commands print them."""
    return [str(line["text"]) for line in consequences(*changes)]


def shares_of(changes: Iterable[Change]) -> list[Share]:
    """Return to whom the same happens, the most people first."""
    changes = list(changes)
    awake, asleep = ([getattr(each.effects, kind) for each in changes] for kind in ("now", "later"))
    shares = [*_shares(awake, asleep=False), *_shares(asleep, asleep=True)]
    return sorted(shares, key=lambda share: (-len(share.accounts), share.accounts, share.things, share.units))


def _shares(rounds: Iterable[list[Shared]], *, asleep: bool) -> Iterator[Share]:
    done = [effects for effects in rounds if effects]
    if len(done) == 1 and not any(each.thing for each in done[0]):
        # Nothing that one change does is undone by it, so nobody need be looked at one by one.
        people: dict[tuple[tuple[int, ...], Rights, Rights], list[int]] = defaultdict(list)
        for each in _by_rights(done[0]):
            people[each.units, each.gained, each.lost].extend(each.accounts)
        for (units, gained, lost), accounts in people.items():
            yield Share(tuple(sorted(accounts)), units, gained, lost, asleep)
    else:
        yield from _alike(_net(done), asleep=asleep)


def _by_rights(effects: Iterable[Shared]) -> Iterator[Shared]:
    """Yield them with all units in which the same people gain and lose the same, until whatever day."""
    units: dict[tuple[tuple[int, ...], Rights, Rights], set[int]] = defaultdict(set)
    for each in effects:
        units[each.accounts, each.gained, each.lost].update(each.units)
    for (accounts, gained, lost), places in units.items():
        yield Shared(accounts, tuple(sorted(places)), gained, lost)


def _net(rounds: Iterable[Iterable[Shared]]) -> dict[Spot, tuple[Rights, Rights]]:
    """Return what each account gains and loses in each place in the end: what comes and goes is neither."""
    net: dict[Spot, tuple[Rights, Rights]] = {}
    for effect in (effect for effects in rounds for each in effects for effect in each.of_each()):
        place = (effect.account, effect.unit, effect.thing)
        if place not in net:
            net[place] = effect.gained, effect.lost
            continue
        gained, lost = net[place]
        net[place] = (
            (gained - effect.lost) | (effect.gained - lost),
            (lost - effect.gained) | (effect.lost - gained),
        )
    return net


def _alike(net: Mapping[Spot, tuple[Rights, Rights]], *, asleep: bool) -> Iterator[Share]:
    places: dict[tuple[int, Rights, Rights, bool], list[tuple[int, Thing | None]]] = defaultdict(list)
    for (account, unit, thing), (gained, lost) in net.items():
        if gained or lost:
            places[account, gained, lost, thing is None].append((unit, thing))
    people: dict[tuple[frozenset[tuple[int, Thing | None]], Rights, Rights], list[int]] = defaultdict(list)
    for (account, gained, lost, _whole), spots in places.items():
        people[frozenset(spots), gained, lost].append(account)
    for (where, gained, lost), accounts in people.items():
        units = tuple(sorted({unit for unit, _thing in where}))
        things = tuple(sorted((thing for _unit, thing in where if thing), key=lambda thing: thing[::-1]))
        yield Share(tuple(sorted(accounts)), units, gained, lost, asleep, things)


def _sum(shares: Collection[Share]) -> Iterator[Line]:
    """Yield how many gain and lose something, where there are too many lines or people to count them."""
    losing = {account for share in shares if share.lost for account in share.accounts}
    gaining = {account for share in shares if share.gained for account in share.accounts}
    people = losing | gaining
    if len(people) < MANY or len(shares) == 1:
        return
    parts = [ngettext("%d person", "%d people", len(people)) % len(people)]
    if losing:
        parts.append(ngettext("%d loses something", "%d lose something", len(losing)) % len(losing))
    if gaining:
        parts.append(ngettext("%d gains something", "%d gain something", len(gaining)) % len(gaining))
    yield {"kind": "note", "text": _("In all: %s") % ", ".join(parts)}


class _Words:
    """The names of people and units, looked up once for all lines."""

    def __init__(self, shares: Collection[Share], changes: Collection[Change]) -> None:
        wanted = [pk for share in shares for pk in share.accounts[:MOST_LISTED]]
        found = get_user_model()._default_manager.filter(pk__in=wanted)
        self.people = {account.pk: account.get_full_name() for account in found}
        units = {unit for share in shares for unit in share.units}
        known = Unit.objects.filter(pk__in=units)
        self.units = {unit.pk: unit.name for unit in known}
        roots = {unit.root_id_or_self for unit in known}
        self.several = Unit.objects.open().filter(root__in=roots).exists()
        # What a preview made is gone when it is told.
        for made in (made for change in changes for made in change.created):
            if isinstance(made, get_user_model()) and made.pk not in self.people:
                self.people[made.pk] = made.get_full_name()
            elif isinstance(made, Unit) and made.pk in units:
                self.units[made.pk], self.several = made.name, True
        self.order = {pk: place for place, pk in enumerate(self.people)}

    def lines(self, share: Share) -> Iterator[Line]:
        names = self.names(share)
        who = some(names[:MOST_PEOPLE], len(share.accounts))
        on = _(" on %(things)s") % {"things": things_of(share)} if share.things else ""
        where = on + (_(" in %(units)s") % {"units": self.places(share)} if self.several else "")
        words = LATER if share.asleep else NOW
        for kind, rights in (("lose", share.lost), ("gain", share.gained)):
            if rights:
                one, many = words[kind]
                text = one if len(share.accounts) == 1 else many
                said = {"who": who, "where": where, "what": in_short(rights)}
                yield {"kind": kind, "text": str(text) % said} | self.details(share, rights, names)

    def names(self, share: Share) -> list[str]:
        listed = sorted(share.accounts[:MOST_LISTED], key=lambda pk: self.order.get(pk, 0))
        return [self.people.get(pk, "?") for pk in listed]

    def places(self, share: Share) -> str:
        return some([self.units[pk] for pk in share.units[:MOST_UNITS]], len(share.units))

    def details(self, share: Share, rights: Rights, names: list[str]) -> Line:
        """Return what stands behind the line: every right by module, and the people."""
        areas = hooks.areas(rights) if len(rights) > 1 else []
        shown = names if len(share.accounts) > MOST_PEOPLE else []
        units = [self.units[pk] for pk in share.units[:MOST_LISTED]] if len(share.units) > MOST_UNITS else []
        many = len(share.things) > MOST_UNITS
        things = [thing.name for thing in share.things[:MOST_LISTED]] if many else []
        found: Line = {"areas": areas, "people": shown, "units": units, "things": things}
        if not any(found.values()):
            return {}
        return found | {
            "people_more": len(share.accounts) - len(names) if shown else 0,
            "units_more": len(share.units) - len(units) if units else 0,
            "things_more": len(share.things) - len(things) if things else 0,
            "details": ngettext("%d right", "%d rights", len(rights)) % len(rights)
            + (
                ", " + ngettext("%d person", "%d people", len(share.accounts)) % len(share.accounts)
                if shown
                else ""
            ),
        }


def things_of(share: Share) -> str:
    """Return the first of the single things by name, and how many more there are."""
    named = [_("“%s”") % thing.name for thing in share.things[:MOST_UNITS]]
    return some(named, len(share.things))


def in_short(rights: Collection[str]) -> str:
    """Return the rights by name, or where they are many how many of each module."""
    if len(rights) <= MOST_RIGHTS:
        return hooks.summary(rights)
    counted = sorted(hooks.areas(rights), key=lambda area: -len(area[1]))
    modules = some([f"{label} {len(labels)}" for label, labels in counted[:MOST_PEOPLE]], len(counted))
    return _("%(count)d rights (%(modules)s)") % {"count": len(rights), "modules": modules}


def some(names: Collection[str], total: int) -> str:
    """Return the names with commas, and how many more there are: "Ana, Ben and 3 more"."""
    listed = ", ".join(names)
    more = total - len(names)
    return _("%(some)s and %(more)d more") % {"some": listed, "more": more} if more > 0 else listed
