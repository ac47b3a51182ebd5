"""Named permissions: each gives exactly what its row states, and nothing while something is missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from roles.catalogue import MULTI_UNIT, catalogue
from roles.resolver import Access, Facts, HeldRole, Place, allows, resolve
from tests.roles.expected import GATED, NAMED_ROWS, RESOURCES

FEATURES = frozenset(GATED)


class Row(NamedTuple):
    """One line of the table: the parts of a named permission, the first one the main one."""

    row: str
    key: str
    parts: tuple[tuple[frozenset[str], tuple[str, ...]], ...]


def read(line: str) -> Row:
    head, _sign, rest = line.partition(" = ")
    parts = []
    for part in rest.split(" > "):
        gives, _bar, needs = part.partition(" | ")
        parts.append((frozenset(keys_of(gives)), tuple(needs.split())))
    row, key = head.split()
    return Row(row, key, tuple(parts))


def keys_of(text: str) -> Iterator[str]:
    """Spell "deals:list,get" out."""
    for group in text.split():
        resource, _colon, actions = group.partition(":")
        yield from (f"{resource}:{action}" for action in actions.split(","))


LINES = Path(__file__).with_name("named_rows.txt").read_text().splitlines()
TABLE = [read(line) for line in LINES if not line.startswith("#")]
GIVES = {row.key: frozenset().union(*(gives for gives, _needs in row.parts)) for row in TABLE}
NEEDS = {row.key: row.parts[0][1] for row in TABLE}


def chain(keys: tuple[str, ...]) -> frozenset[str]:
    """What is needed, and what that needs in turn."""
    found = set(keys)
    for key in keys:
        found |= chain(NEEDS[key])
    return frozenset(found)


def facts_of(rights: frozenset[str]) -> Facts:
    """Somebody whose one group carries one role with these rights."""
    access = Access(1, includes_subunits=False, own_rights_only=False)
    return Facts(
        active=True, owns=frozenset(), accesses=(access,), grants=(), roles=(HeldRole(1, 1, 1, rights),)
    )


def effective(rights: frozenset[str], features: frozenset[str] = FEATURES) -> set[str]:
    """What a role with these rights gives where the unit has the features; several units are one of them."""
    facts = facts_of(rights)
    place = Place(1, 1, (), features)
    units = 2 if MULTI_UNIT in features else 1
    found = set(resolve(facts, catalogue(), place, enterable_units=units).effective)
    for key in GIVES_ALL:
        assert allows(facts, catalogue(), place, key, enterable_units=units) == (key in found)
    return found


def gated_by(feature: str, keys: frozenset[str]) -> set[str]:
    """Those of the permissions that need the feature, by the list that is kept apart from the catalogue."""
    patterns = GATED[feature].split()
    return {key for key in keys if key in patterns or f"{key.split(':')[0]}:*" in patterns}


def every_need(row: Row) -> frozenset[str]:
    return chain(tuple(key for _gives, needs in row.parts for key in needs))


GIVES_ALL = sorted(frozenset().union(*GIVES.values()))[::7]


def test_the_table_has_every_named_permission_once() -> None:
    assert len(TABLE) == 106
    assert {row.row for row in TABLE} == NAMED_ROWS
    assert {row.key: row.row for row in TABLE} == {key: n.row for key, n in catalogue().named.items()}


# Every row of named_rows.txt
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.row)
def test_a_role_with_the_permission_and_its_needs_gives_exactly_what_the_row_states(row: Row) -> None:
    needed = every_need(row)

    assert effective(frozenset((row.key, *needed))) == GIVES[row.key].union(*(GIVES[key] for key in needed))


# On which modules the permissions of each area act
ACTS_ON = {
    "C": {"contacts"},
    "M": {"sms"},
    "B": {"companies"},
    "G": {"segments"},
    "P": {"campaigns"},
    "A": {"assets"},
    "L": {"sales"},
    "U": {"automation"},
    "Y": {"analytics"},
    "T": {"settings", "admin_rights"},
}


# S3-06, S3-09, S3-10, S3-11, S3-12
def test_the_permissions_of_an_area_act_on_its_own_modules() -> None:
    module_of = {resource: module for module, found in RESOURCES.items() for resource in found.split()}
    found: dict[str, set[str]] = {area: set() for area in ACTS_ON}
    for row in TABLE:
        if row.row.startswith("S3-"):
            found[row.row[3]] |= {module_of[key.partition(":")[0]] for key in GIVES[row.key]}

    assert found == ACTS_ON
    together = {catalogue().modules[key].area for key in ("contacts", "sms", "companies", "segments")}
    assert together == {"Customers"}


MISSING_NEEDS = [(row, need) for row in TABLE for need in sorted(every_need(row))]
MISSING_FEATURES = [(row, feature) for row in TABLE for feature in GATED if gated_by(feature, GIVES[row.key])]


@pytest.mark.parametrize("row", [row for row in TABLE if NEEDS[row.key]], ids=lambda row: row.row)
def test_alone_it_gives_nothing_while_its_need_is_missing(row: Row) -> None:  # S2-18, C-12
    assert effective(frozenset((row.key,))) == set()


# S2-18, C-12: each step of the chain, while all others are there
@pytest.mark.parametrize(("row", "need"), MISSING_NEEDS, ids=lambda value: getattr(value, "row", value))
def test_nothing_is_left_of_what_waits_for_one_missing_need(row: Row, need: str) -> None:
    others = every_need(row) - {need}
    elsewhere = GIVES[need].union(*(GIVES[key] for key in others))
    waiting = [gives - elsewhere for gives, needs in row.parts if need in chain((*NEEDS[row.key], *needs))]
    assert waiting

    assert effective(frozenset((row.key, *others))).isdisjoint(frozenset().union(*waiting))


# S2-19
@pytest.mark.parametrize("row", [row for row in TABLE if len(row.parts) > 1], ids=lambda row: row.row)
def test_a_part_waits_for_its_own_needs(row: Row) -> None:
    assert effective(frozenset((row.key,))) == row.parts[0][0]


# S3-90, C-14, scenario 14 and 15
@pytest.mark.parametrize(("row", "feature"), MISSING_FEATURES, ids=lambda value: getattr(value, "row", value))
def test_exactly_what_needs_a_feature_has_no_effect_without_it(row: Row, feature: str) -> None:
    rights = frozenset((row.key, *every_need(row)))
    whole = effective(rights)

    assert effective(rights, FEATURES - {feature}) == whole - gated_by(feature, frozenset(whole))


# S3-07, S3-08: each row of the areas that are sold apart rests as a whole, one alone in part
def test_the_areas_of_the_licences_rest_as_a_whole_without_them() -> None:
    resting = {
        (feature, row.row)
        for row, feature in MISSING_FEATURES
        if feature != MULTI_UNIT and gated_by(feature, GIVES[row.key]) == GIVES[row.key]
    }
    texting = {("sms", f"S3-M{number:02}") for number in range(1, 5)}
    selling = {
        ("basic_crm", f"S3-{area}{n:02}") for area, last in (("B", 5), ("L", 19)) for n in range(1, last + 1)
    }
    single = {("contact_deletion", "S3-C07"), ("manage_bans", "S3-C06"), ("email_rendering", "S3-A06")}
    single |= {("clickstream", "S3-Y04"), ("reply_filtering", "S3-T10")}

    assert resting == texting | selling | single


def test_a_need_is_met_by_any_source() -> None:  # scenario 11
    levels = frozenset(("personal.template_administrator", "campaigns@2", "surveys@2"))

    assert effective(levels) >= GIVES["personal.template_administrator"]


def test_what_another_source_gives_without_the_need_has_effect() -> None:  # C-12
    both = frozenset(("personal.send_without_approval", "campaigns.send"))

    assert effective(both) == {"campaigns:start", "campaigns:suspend"}


def test_the_chain_of_approval_names_everything_that_is_missing() -> None:  # scenario 10, S2-18
    facts = facts_of(frozenset({"personal.approve_campaigns"}))
    withheld = resolve(facts, catalogue(), Place(1, 1, (), FEATURES)).withheld

    assert set(withheld["campaigns:approve"].missing_permissions) == {"campaigns:start", "campaigns:submit"}
