"""What a change of some rights can alter: nothing else ever differs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roles.affected import affected_by
from roles.catalogue import MULTI_UNIT, Catalogue, catalogue
from roles.resolver import Access, Facts, HeldGrant, HeldRole, Place, Source, resolve

ROOT = Place(1, 1, (), frozenset())
known = catalogue()
rights = sorted(known._rights)
some_rights = st.frozensets(st.sampled_from(rights), max_size=6)


def everything_but(right: str, needs: frozenset[str]) -> list[tuple[frozenset[str], str]]:
    """Return the right with all that it needs but one, and that one."""
    whole = needs.union(*(known.needed_for(key) for key in needs))
    return [(whole - {need} | {right}, need) for need in sorted(needs)]


def leaning() -> Iterator[tuple[frozenset[str], str]]:
    """Yield what somebody may have who lacks one thing only, and that one thing."""
    for key, required in known.requiring.items():
        yield from everything_but(key, frozenset(required))
    for right, by_key in known.demands.items():
        for needs in by_key.values():
            yield from everything_but(right, needs)


features = st.frozensets(st.sampled_from(sorted(known.features.keys() - {MULTI_UNIT})))


def facts_of(given: frozenset[str], owns: frozenset[int]) -> Facts:
    """Return somebody who has all of it by a role, and some of it besides."""
    single = [HeldGrant(number, 1, None, None, right) for number, right in enumerate(sorted(given))]
    accesses = (Access(1, includes_subunits=True, own_rights_only=False),)
    roles = (HeldRole(1, 1, 1, given),)
    return Facts(active=True, owns=owns, accesses=accesses, grants=tuple(single[:2]), roles=roles)


def among(held: dict[str, tuple[Source, ...]], keys: frozenset[str]) -> dict[str, tuple[Source, ...]]:
    return {key: sources for key, sources in held.items() if key in keys}


def compared(
    kept: frozenset[str],
    moved: frozenset[str],
    place: Place,
    owns: frozenset[int] = frozenset(),
    catalogue: Catalogue = known,
) -> None:
    """Fail where more differs than is said, or where what is said is worked out otherwise by itself."""
    only = affected_by(moved, catalogue)
    sides = [facts_of(kept, owns), facts_of(kept | moved, owns)]
    whole = [resolve(facts, catalogue, place) for facts in sides]
    part = [resolve(facts, catalogue, place, only=only) for facts in sides]
    assert whole[0].effective.keys() ^ whole[1].effective.keys() <= only.keys
    assert whole[0].held.keys() ^ whole[1].held.keys() <= only.keys
    for all_of_it, just_that in zip(whole, part, strict=True):
        assert just_that.effective == among(all_of_it.effective, only.needed)
        assert just_that.held == among(all_of_it.held, only.needed)


@given(some_rights, some_rights, features, st.booleans())
def test_nothing_else_differs_whatever_comes_and_goes(kept, moved, has, owner):
    compared(kept, moved, Place(1, 1, (), has), frozenset({1} if owner else ()))


@pytest.mark.parametrize("catalogue", [known, replace(known, demands={})], ids=["named", "bare"])
def test_what_leans_on_the_one_thing_that_comes_and_goes_is_among_it(catalogue):
    everything = Place(1, 1, (), frozenset(known.features))
    for kept, missing in leaning():
        compared(kept, frozenset({missing}), everything, catalogue=catalogue)
