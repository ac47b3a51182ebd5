"""The smallest changes that allow something: none of their steps can be left out. Pure.

What anybody needs for it comes first (an active account, a way into the unit, its features); then one of
several ways to the rights themselves: a group that carries them, a level, the single permissions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from accounts.why.case import Case, Offer, lets_in, missing_features, needs_second_unit, only_own
from accounts.why.steps import Step, in_order

Way = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """What is needed in any case, and the ways to the rights; an empty way where nothing more is needed.

    `ready` is the case once the first are taken. Without a second unit to offer there may be no way at all.
    """

    first: Way
    ready: Case
    rights: tuple[Way, ...]

    def whole(self) -> list[Way]:
        """Return each way with all of its steps."""
        return [(*self.first, *way) for way in self.rights]


def ways_to(case: Case, offers: Mapping[int, Offer], second: int | None = None) -> Ways:
    """Return how the case comes to be allowed. `second` is a further unit that could be opened to him."""
    first = list(_first(case))
    ready = case.after(first)
    if needs_second_unit(ready):
        if second is None:
            return Ways(tuple(first), ready, ())
        first.append(Step("second", str(second)))
        ready = case.after(first)
    if ready.allowed():
        return Ways(tuple(first), ready, ((),))
    return Ways(tuple(first), ready, tuple(dict.fromkeys(map(in_order, _rights(ready, offers)))))


def _first(case: Case) -> Iterator[Step]:
    if not case.facts.active:
        yield Step("activate")
    if not lets_in(case):
        yield Step("enter")
    for feature in missing_features(case):
        yield Step("feature", feature)


def _rights(ready: Case, offers: Mapping[int, Offer]) -> Iterator[Way]:
    keys = missing_keys(ready)
    yield from _by_group(ready, offers, keys)
    yield _levels(ready, keys)
    yield tuple(Step("key", key) for key in keys)
    if ready.permission in ready.known.named:
        yield _by_name(ready, keys)
    causes = _causes(ready)
    if causes:
        yield causes
    if only_own(ready) and ready.after([Step("open")]).allowed():
        yield (Step("open"),)


def missing_keys(ready: Case) -> tuple[str, ...]:
    """Return the single permissions, of itself and what it requires, none of which can be left out."""
    effective = ready.resolution().effective
    return _fewest(ready, [key for key in ready.needed() if key not in effective])


def _fewest(ready: Case, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(step.what for step in _least(ready, (Step("key", key) for key in keys)))


def _least(ready: Case, steps: Iterable[Step]) -> Way:
    """Return the steps without those that can be left out; the first ones are left out first."""
    kept = list(steps)
    for step in tuple(kept):
        rest = [other for other in kept if other != step]
        if ready.after(rest).allowed():
            kept = rest
    return tuple(kept)


def _by_group(ready: Case, offers: Mapping[int, Offer], keys: tuple[str, ...]) -> Iterator[Way]:
    """Yield the groups that carry it all; only if there is none, those that carry a part, with the rest."""
    wanted = frozenset().union(*(ready.known.rights_giving(key) for key in keys))
    useful = [
        Step("group", str(offer.group))
        for offer in offers.values()
        if any(not wanted.isdisjoint(role.rights) for role in offer.roles)
    ]
    whole = [step for step in useful if ready.after([step], offers).allowed()]
    yield from ((step,) for step in whole)
    if not whole:
        for step in useful:
            rest = _fewest(ready.after([step], offers), keys)
            if len(rest) < len(keys):
                yield (step, *(Step("key", key) for key in rest))


def _levels(ready: Case, keys: tuple[str, ...]) -> Way:
    """Return the lowest levels that give the permissions, one for each module."""
    levels: dict[str, int] = {}
    for key in keys:
        permission = ready.known.permissions[key]
        levels[permission.module] = max(levels.get(permission.module, 0), int(permission.level))
    return _least(ready, (Step("level", f"{module}@{level}") for module, level in levels.items()))


def _by_name(ready: Case, keys: tuple[str, ...]) -> Way:
    """Return the named permission itself, with the named ones without which it has no effect."""
    names, known = [ready.permission], ready.known.named
    for name in names:
        required = (each for part in known[name].parts for each in part.requires)
        names += [each for each in dict.fromkeys(required) if each not in names]
    return tuple(Step("key", key) for key in _fewest(ready, (*keys, *names)))


def _causes(ready: Case) -> Way:
    """Return what meets the requirements of a right that is held without effect (S2-18)."""
    withheld = ready.resolution().withheld
    reasons = (withheld[key] for key in ready.asked if key in withheld)
    missing = tuple(dict.fromkeys(cause for reason in reasons for cause in reason.missing_permissions))
    if not missing or not ready.after(Step("key", key) for key in missing).allowed():
        return ()
    return tuple(Step("key", key) for key in _fewest(ready, missing))
