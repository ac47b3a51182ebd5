"""What an account may do in a unit: the rules one by one, then against an independent evaluation."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roles.catalogue import UnknownPermission, build_catalogue, catalogue
from roles.resolver import (
    Access,
    Facts,
    HeldGrant,
    HeldRole,
    Place,
    Source,
    Withheld,
    allows,
    may_enter,
    own_rights_only,
    resolve,
)
from tests.roles import brute_force

ROOT, UNIT, BELOW = 1, 2, 3
EVERY_FEATURE = frozenset(catalogue().features)
PLACE = Place(UNIT, ROOT, (ROOT,), EVERY_FEATURE)
READ_CUSTOMERS = HeldGrant(7, UNIT, "customers", 1, None)
WRITE_CUSTOMERS = HeldRole(5, UNIT, 9, frozenset({"customers@2"}))


def entry(unit, *, below=False, own_only=False):
    return Access(unit, below, own_only)


INSIDE = (entry(UNIT),)


def person(*given, access=INSIDE, active=True, owns=()):
    """The facts of an account that holds the grants and roles given; a text is a grant of that permission."""
    grants = [
        HeldGrant(100 + number, UNIT, None, None, held) if isinstance(held, str) else held
        for number, held in enumerate(given)
        if not isinstance(held, HeldRole)
    ]
    roles = tuple(held for held in given if isinstance(held, HeldRole))
    return Facts(active, frozenset(owns), tuple(access), tuple(grants), roles)


def look(facts, place=PLACE, **options):
    return resolve(facts, catalogue(), place, **options)


# S0-38
def test_own_read_and_a_groups_write_add_up_to_write():
    effective = look(person(READ_CUSTOMERS, WRITE_CUSTOMERS)).effective
    assert set(effective) == catalogue().level("customers", 2)
    assert effective["user_profiles:list"] == (
        Source("grant", UNIT, 7, None, None, "customers@1"),
        Source("role", UNIT, None, 5, 9, "customers@2"),
    )
    assert [source.kind for source in effective["user_profiles:update"]] == ["role"]


# S0-38
def test_after_leaving_the_group_the_own_read_remains():
    assert set(look(person(READ_CUSTOMERS)).effective) == catalogue().level("customers", 1)


# S1-45
def test_the_example_role_deletes_ad_campaigns_and_does_not_update_attributes():
    rights = {p.key for p in catalogue().permissions.values() if {"S1-45", "S1-46"} & set(p.rows)}
    effective = look(person(HeldRole(5, UNIT, 9, frozenset(rights)))).effective
    assert "ad_campaigns:delete" in effective
    assert "custom_profile_attributes:update" not in effective


def test_without_any_fact_nothing_is_allowed():
    assert look(person()).held == {}


def test_an_account_that_is_not_active_may_do_nothing():
    assert look(person(READ_CUSTOMERS, active=False)).held == {}


def test_what_an_account_would_have_if_it_were_active_can_be_seen():
    facts = person(READ_CUSTOMERS, active=False)
    assert set(look(facts, as_if_active=True).effective) == catalogue().level("customers", 1)


# S2-03, S2-05
def test_without_entry_rights_count_for_nothing_even_as_if_active():
    assert look(person(READ_CUSTOMERS, access=()), as_if_active=True).held == {}


@pytest.mark.parametrize(
    ("accesses", "owns", "enters"),
    [
        ([], [], False),
        ([entry(UNIT)], [], True),
        ([entry(ROOT)], [], False),
        ([entry(ROOT, below=True)], [], True),
        ([entry(BELOW, below=True)], [], False),
        ([], [ROOT], True),
        ([], [UNIT], False),
    ],
)
# C-17
def test_one_enters_by_access_there_or_from_above_or_as_the_owner(accesses, owns, enters):
    assert may_enter(person(access=accesses, owns=owns), PLACE) is enters


# C-16
def test_what_is_given_above_counts_below_and_what_is_given_below_does_not_count_above():
    facts = person(
        HeldGrant(1, ROOT, "customers", 1, None), HeldGrant(2, BELOW, "chat", 1, None), "ecommerce:list"
    )
    assert set(look(facts).effective) == {*catalogue().level("customers", 1), "ecommerce:list"}


# S2-13 to S2-16
@pytest.mark.parametrize(
    ("accesses", "own_only"),
    [
        ([entry(UNIT, own_only=True)], True),
        ([entry(UNIT)], False),
        ([entry(UNIT, own_only=True), entry(UNIT)], False),
        ([entry(UNIT, own_only=True), entry(ROOT, below=True)], False),
        ([entry(UNIT, own_only=True), entry(ROOT)], True),
        ([entry(ROOT, below=True, own_only=True)], False),
        ([], False),
    ],
)
def test_rights_from_above_count_unless_every_way_in_says_only_the_units_own(accesses, own_only):
    facts = person(HeldGrant(1, ROOT, "chat", 1, None), "ecommerce:list", access=accesses)
    assert own_rights_only(facts, PLACE) is own_only
    assert ("chat:use" in look(facts).effective) is (bool(accesses) and not own_only)
    assert ("ecommerce:list" in look(facts).effective) is bool(accesses)


# C-17
def test_the_owner_of_the_root_may_do_everything_in_every_unit():
    facts = person(access=(), owns=[ROOT])
    assert set(look(facts, enterable_units=2).effective) == set(catalogue().permissions)
    assert look(facts).effective["chat:use"] == (Source("owner", ROOT, None, None, None, "*"),)


def test_even_the_owner_lacks_what_needs_a_feature_that_the_unit_has_not():
    withheld = look(person(owns=[ROOT]), Place(UNIT, ROOT, (ROOT,), frozenset())).withheld
    assert withheld["contacts:delete"] == Withheld("contact_deletion", ())
    assert withheld["deals:list"] == Withheld("basic_crm", ("sales_dashboard:get",))


# S3-90, C-14
def test_a_permission_without_its_feature_is_held_and_has_no_effect():
    facts = person("contacts:list", "contacts:delete")
    poor = look(facts, Place(UNIT, ROOT, (ROOT,), EVERY_FEATURE - {"contact_deletion"}))
    assert (set(poor.effective), set(poor.held)) == ({"contacts:list"}, {"contacts:list", "contacts:delete"})
    assert "contacts:delete" in look(facts).effective


# S2-20
@pytest.mark.parametrize(("units", "effective"), [(1, False), (2, True), (3, True)])
def test_cross_account_analytics_needs_two_units_whatever_the_unit_says(units, effective):
    found = look(person("cross_account_analytics:list"), enterable_units=units)
    assert ("cross_account_analytics:list" in found.effective) is effective
    assert "cross_account_analytics:list" in found.held


# S2-18
def test_approving_alone_is_held_without_effect_and_names_both_missing_permissions():
    found = look(person("campaigns:approve"))
    assert found.effective == {}
    assert found.withheld["campaigns:approve"] == Withheld(None, ("campaigns:start", "campaigns:submit"))


# S2-18
def test_approving_takes_effect_with_both_permissions():
    assert look(person("campaigns:approve", "campaigns:start", "campaigns:submit")).withheld == {}


# C-12
def test_a_requirement_may_be_met_by_another_source():
    group = HeldRole(5, ROOT, 9, frozenset({"campaigns.*:list"}))
    assert "suppression_lists:import" in look(person("suppression_lists:import", group)).effective


CHAIN = build_catalogue(
    {
        "actions": {
            key: {"label": key, "level": "read", "permission": key, "help": key}
            for key in ("a", "b", "c", "d")
        },
        "features": {"f": {"label": "F", "help": "F"}},
        "modules": {"m": {"label": "M", "help": "M", "group": "G"}},
        "resources": {
            "r": {
                "module": "m",
                **dict.fromkeys(("label", "help", "one", "many"), "r"),
                "actions": {
                    "a": {"requires": ["r:b"]},
                    "b": {"requires": ["r:c"]},
                    "c": {"feature": "f"},
                    "d": {},
                },
            }
        },
    }
)


# S2-18
def test_a_chain_of_requirements_falls_as_one_and_names_its_cause():
    found = resolve(person("r:a", "r:b", "r:d"), CHAIN, PLACE)
    assert set(found.effective) == {"r:d"}
    assert found.withheld == {key: Withheld(None, ("r:c",)) for key in ("r:a", "r:b")}
    assert not allows(person("r:a", "r:b"), CHAIN, PLACE, "r:a")


def test_a_requirement_without_its_feature_is_not_met():
    facts = person("r:a", "r:b", "r:c")
    found = resolve(facts, CHAIN, PLACE)
    assert found.withheld == {
        **{key: Withheld(None, ("r:c",)) for key in ("r:a", "r:b")},
        "r:c": Withheld("f", ()),
    }
    assert not allows(facts, CHAIN, PLACE, "r:a")


@pytest.mark.parametrize("right", ["*", "gone:list", "customers@3", "gone@1", ""])
def test_a_right_that_nobody_may_give_gives_nothing(right):
    assert look(person(right, HeldRole(5, UNIT, 9, frozenset({right})))).held == {}


def test_asking_for_a_permission_that_does_not_exist_is_a_fault():
    with pytest.raises(UnknownPermission):
        allows(person(), catalogue(), PLACE, "contacts:fly")


LEVEL_OF = {"list": "read", "get": "read", "create": "write", "start": "publish"}
UNITS = st.integers(1, 6)


@st.composite
def catalogues(draw):
    """The data of a small catalogue; a permission requires only such as come before it, so in no circle."""
    resources: dict[str, dict[str, Any]] = {}
    keys: list[str] = []
    for name in ("r0", "r1", "r2"):
        actions: dict[str, dict[str, Any]] = {}
        for action in draw(st.lists(st.sampled_from(sorted(LEVEL_OF)), min_size=1, unique=True)):
            own = actions[action] = {}
            if keys and draw(st.booleans()):
                own["requires"] = draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))
            if draw(st.booleans()):
                own["feature"] = draw(st.sampled_from(["f", "multi_unit"]))
            if action == "get" and draw(st.booleans()):
                own["level"] = "write"
        keys += [f"{name}:{action}" for action in actions]
        words = {"label": name, "help": name, "one": name, "many": name}
        resources[name] = {**words, "module": "m1" if name == "r2" else "m0", "actions": actions}
    return {
        "named": {"n": draw(names(keys))},
        "actions": {
            key: {"label": key, "level": level, "permission": key, "help": key}
            for key, level in LEVEL_OF.items()
        },
        "features": {key: {"label": key, "help": key, "computed": key != "f"} for key in ("f", "multi_unit")},
        "modules": {
            key: {
                **dict.fromkeys(("label", "help", "group"), key),
                "publishes": any("start" in r["actions"] for r in resources.values() if r["module"] == key),
            }
            for key in ("m0", "m1")
        },
        "resources": resources,
    }


@st.composite
def names(draw, keys):
    """Up to three named permissions; each may require those before it, as a whole or for a part."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("a", "b", "c")[: draw(st.integers(0, 3))]:
        some = st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True)
        before = st.lists(st.sampled_from([f"n.{known}" for known in found]), max_size=2, unique=True)
        words = dict.fromkeys(("label", "help", "area", "row"), name)
        found[name] = {**words, "gives": draw(some), "requires": draw(before) if found else []}
        if len(found) > 1 and draw(st.booleans()):
            found[name]["parts"] = {"extra": {"gives": draw(some), "requires": ["n.a"]}}
    return found


@st.composite
def situations(draw):
    """A catalogue, a forest of units, the facts of one account, and a unit to look at."""
    data = draw(catalogues())
    parents = {1: None}
    for unit in range(2, 7):
        parents[unit] = draw(st.sampled_from([None, *range(1, unit), *range(1, unit)]))
    keys = sorted(build_catalogue(data).holdable_keys())
    levels = [f"{module}@{level}" for module in ("m0", "m1") for level in (1, 2, 3)]
    rights = st.sampled_from([*keys, *levels, "*", "gone:list"])
    grants = st.one_of(
        st.builds(HeldGrant, st.just(0), UNITS, st.sampled_from(["m0", "m1"]), st.integers(1, 3), st.none()),
        st.builds(
            HeldGrant, st.just(0), UNITS, st.none(), st.none(), st.sampled_from([*keys, "*", "gone:list"])
        ),
    )
    roles = st.builds(HeldRole, st.just(0), UNITS, st.integers(1, 2), st.frozensets(rights, max_size=4))
    facts = Facts(
        active=draw(st.sampled_from([True, True, True, False])),
        owns=frozenset(draw(st.lists(UNITS, max_size=1))),
        accesses=tuple(draw(st.lists(st.builds(Access, UNITS, st.booleans(), st.booleans()), max_size=4))),
        grants=tuple(g._replace(id=n) for n, g in enumerate(draw(st.lists(grants, max_size=4)))),
        roles=tuple(r._replace(group=n) for n, r in enumerate(draw(st.lists(roles, max_size=4)))),
    )
    line = brute_force.way_up(parents, draw(UNITS))
    features = draw(st.frozensets(st.sampled_from(["f", "multi_unit"])))
    place = Place(line[0], line[-1], tuple(line[1:]), features)
    options = {"enterable_units": draw(st.integers(0, 3)), "as_if_active": draw(st.booleans())}
    return data, parents, facts, place, options


@given(situations())
def test_the_resolver_agrees_with_a_naive_evaluation(situation):
    data, parents, facts, place, options = situation
    found = resolve(facts, build_catalogue(data), place, **options)
    held, effective = brute_force.answer(data, parents, facts, place, **options)
    assert (set(found.held), set(found.effective)) == (held, effective)
    assert set(found.withheld) == held - effective
    assert len(found.withheld) == len(held - effective)


@given(situations())
def test_allows_gives_the_same_answer_as_the_whole_resolution(situation):
    data, _, facts, place, options = situation
    known = build_catalogue(data)
    effective = resolve(facts, known, place, **options).effective
    assert {key for key in known.permissions if allows(facts, known, place, key, **options)} == set(effective)


@given(situations())
def test_a_permission_is_gone_exactly_when_all_its_sources_are(situation):
    data, _, facts, place, options = situation
    known = build_catalogue(data)
    for key, sources in resolve(facts, known, place, **options).held.items():
        assert key not in resolve(without(facts, place, sources), known, place, **options).held
        for source in sources:
            others = [other for other in sources if other != source]
            assert resolve(without(facts, place, others), known, place, **options).held[key] == (source,)


def without(facts, place, sources):
    """The facts once the sources are taken away; whoever came in as the owner is still let in."""
    owned = {source.unit for source in sources if source.kind == "owner"}
    still = Facts(facts.active, facts.owns - owned, facts.accesses, (), ())
    substitute = () if may_enter(still, place) else tuple(entry(root, below=True) for root in owned)
    taken = {(source.group, source.role, source.right) for source in sources if source.kind == "role"}
    return Facts(
        facts.active,
        facts.owns - owned,
        facts.accesses + substitute,
        tuple(g for g in facts.grants if g.id not in {source.grant for source in sources}),
        tuple(
            r._replace(rights=frozenset(x for x in r.rights if (r.group, r.role, x) not in taken))
            for r in facts.roles
        ),
    )


@given(situations())
def test_with_the_causes_named_a_withheld_permission_takes_effect(situation):
    data, _, facts, place, options = situation
    known = build_catalogue(data)
    for key, reason in resolve(facts, known, place, **options).withheld.items():
        lacking = {known.permissions[other].feature for other in (key, *reason.missing_permissions)} - {None}
        richer = Place(place.unit, place.root, place.ancestors, place.features | lacking)
        remedy = [HeldGrant(50, place.unit, None, None, other) for other in reason.missing_permissions]
        more = Facts(facts.active, facts.owns, facts.accesses, (*facts.grants, *remedy), facts.roles)
        units = 2 if "multi_unit" in lacking else options["enterable_units"]
        assert allows(more, known, richer, key, enterable_units=units, as_if_active=options["as_if_active"])
