"""The catalogue's file is read strictly, and says what the required behaviours ask of it."""

import copy
import re
from typing import Any

import pytest

from roles.catalogue import (
    CatalogueError,
    Level,
    LevelNotOffered,
    UnknownPermission,
    build_catalogue,
    catalogue,
    read_catalogue,
)
from roles.resolver import Access, Facts, HeldGrant, Place, resolve
from tests.roles.expected import CRUD, GATED, NAMED_ROWS, OFFERED, PUBLISHING, RESOURCES

SMALL: dict[str, Any] = {
    "actions": {
        "list": {"label": "List", "level": "read", "permission": "See {many}", "help": "See {many}."},
        "start": {"label": "Start", "level": "publish", "permission": "Start {many}", "help": "Start {one}."},
    },
    "features": {"flags": {"label": "Flags", "help": "Has flags."}},
    "modules": {"news": {"label": "News", "help": "What is new.", "group": "Marketing", "publishes": True}},
    "resources": {
        "notes": {
            "module": "news",
            "label": "Notes",
            "help": "Short news.",
            "one": "a note",
            "many": "notes",
            "actions": {"list": {}, "start": {"requires": ["notes:list"]}},
        }
    },
}


def changed(path, value):
    """The small catalogue with one value set, or taken away where the value is None."""
    data = copy.deepcopy(SMALL)
    *way, last = path.split("/")
    table: dict[str, Any] = data
    for step in way:
        table = table.setdefault(step, {})
    if value is None:
        del table[last]
    else:
        table[last] = value
    return data


NOTES = "resources/notes"
WRONG = [
    ("extra", {}, "extra", "is not known here"),
    ("modules", None, "modules", "is missing"),
    ("modules", "news", "modules", "must be a table"),
    ("modules/news/colour", "red", "modules.news.colour", "is not known here"),
    ("modules/news/label", None, "modules.news.label", "is missing"),
    ("modules/news/label", "", "modules.news.label", "must not be empty"),
    ("modules/news/label", 7, "modules.news.label", "must be a text"),
    ("modules/news/group", None, "modules.news.group", "is missing"),
    ("modules/news/publishes", "yes", "modules.news.publishes", "must be true or false"),
    ("modules/news/publishes", False, "modules.news.publishes", "must be true exactly if"),
    ("modules/Old", {"label": "Old"}, "modules.Old", "a key is lower-case words"),
    ("modules/old", {"label": "Old", "help": "Gone.", "group": "Sales"}, "modules.old", "has no resource"),
    ("features/flags/computed", True, "features.flags.computed", "only multi_unit can be computed"),
    ("features/flags/paid", True, "features.flags.paid", "is not known here"),
    ("actions/list/level", "admin", "actions.list.level", "'admin' is no level: read, write, publish"),
    ("actions/list/level", 1, "actions.list.level", "must be a text"),
    ("actions/list/permission", None, "actions.list.permission", "is missing"),
    ("actions/list/help", "See {them}.", "actions.list.help", "may only leave room for {one} and {many}"),
    ("actions/list/rank", 1, "actions.list.rank", "is not known here"),
    (f"{NOTES}/module", "olds", "resources.notes.module", "there is no module 'olds'"),
    (f"{NOTES}/feature", "wings", "resources.notes.feature", "there is no feature 'wings'"),
    (f"{NOTES}/many", None, "resources.notes.many", "is missing"),
    (f"{NOTES}/owner", "me", "resources.notes.owner", "is not known here"),
    (f"{NOTES}/actions", {}, "resources.notes.actions", "offers nothing"),
    (f"{NOTES}/actions/fly", {}, "resources.notes.actions.fly", "there is no action 'fly'"),
    (f"{NOTES}/actions/list/hint", "x", "resources.notes.actions.list.hint", "is not known here"),
    (f"{NOTES}/actions/list/level", "high", "resources.notes.actions.list.level", "'high' is no level"),
    (f"{NOTES}/actions/list/feature", "wings", "resources.notes.actions.list.feature", "there is no feature"),
    (f"{NOTES}/actions/list/rows", "S1-44", "resources.notes.actions.list.rows", "must be a list of texts"),
    (
        f"{NOTES}/actions/list/rows",
        ["S1-44", 3],
        "resources.notes.actions.list.rows",
        "must be a list of texts",
    ),
    (
        f"{NOTES}/actions/list/rows",
        ["S1-44"] * 2,
        "resources.notes.actions.list.rows",
        "names something twice",
    ),
    (
        f"{NOTES}/actions/list/requires",
        ["notes:fly"],
        "resources.notes.actions.list.requires",
        "there is no permission 'notes:fly'",
    ),
    (
        f"{NOTES}/actions/list/requires",
        ["notes:start"],
        "resources.notes.actions.list.requires",
        "goes round in a circle: notes:list > notes:start > notes:list",
    ),
]


@pytest.mark.parametrize(("path", "value", "place", "reason"), WRONG, ids=[f"{w[0]}={w[1]}" for w in WRONG])
def test_a_wrong_value_is_refused_with_its_place_and_reason(path, value, place, reason):
    with pytest.raises(CatalogueError) as caught:
        build_catalogue(changed(path, value))
    assert caught.value.place == place
    assert caught.value.reason.startswith(reason)
    assert str(caught.value) == f"{place}: {caught.value.reason}"


def test_a_key_that_stands_twice_in_the_file_is_refused(tmp_path):
    file = tmp_path / "twice.toml"
    file.write_text("[modules.news]\n[modules.news]\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"twice\.toml: .*news") as caught:
        read_catalogue(file)
    assert caught.value.place == "twice.toml"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match=r"gone\.toml"):
        read_catalogue(tmp_path / "gone.toml")


def test_words_and_level_come_from_the_action_unless_the_permission_has_its_own():
    data = changed(f"{NOTES}/actions/list", {"label": "Read the news", "level": "write"})
    permissions = build_catalogue(data).permissions
    assert (permissions["notes:list"].label, permissions["notes:list"].help) == (
        "Read the news",
        "See notes.",
    )
    assert permissions["notes:list"].level is Level.WRITE
    assert (permissions["notes:start"].label, permissions["notes:start"].help) == (
        "Start notes",
        "Start a note.",
    )


def test_feature_and_requirements_of_a_resource_hold_for_each_permission_that_says_nothing():
    data = changed(f"{NOTES}/feature", "flags")
    data["resources"]["notes"]["requires"] = ["notes:list"]
    data["resources"]["notes"]["actions"] = {"list": {"requires": []}, "start": {}}
    permissions = build_catalogue(data).permissions
    assert [p.feature for p in permissions.values()] == ["flags", "flags"]
    assert [p.requires for p in permissions.values()] == [(), ("notes:list",)]


def test_the_version_changes_with_the_content_and_with_nothing_else():
    same = dict(reversed(copy.deepcopy(SMALL).items()))
    assert build_catalogue(same).version == build_catalogue(SMALL).version
    assert build_catalogue(changed("modules/news/label", "Newer")).version != build_catalogue(SMALL).version
    assert re.fullmatch("[0-9a-f]{64}", catalogue().version)


def test_every_module_and_resource_of_the_four_systems_is_there():
    found = {
        key: {resource.key for resource in module.resources} for key, module in catalogue().modules.items()
    }
    assert found == {module: set(resources.split()) for module, resources in RESOURCES.items()}


# S1-57
def test_every_resource_offers_exactly_its_actions():
    found = {key: {p.action for p in resource.permissions} for key, resource in catalogue().resources.items()}
    wanted = {key: set(actions.split()) for actions, keys in OFFERED.items() for key in keys.split()}
    assert found == wanted
    assert set(catalogue().actions) == {action for actions in OFFERED for action in actions.split()}


# S3-90, C-14
@pytest.mark.parametrize("feature", GATED)
def test_a_feature_gates_exactly_its_permissions(feature):
    gates = GATED[feature].split()
    wanted = {key for key in catalogue().permissions if key in gates or f"{key.split(':')[0]}:*" in gates}
    assert {p.key for p in catalogue().permissions.values() if p.feature == feature} == wanted
    assert set(catalogue().features) == set(GATED)


# S2-P01 to S2-P19, S3-C01 to S3-T15
def test_every_named_permission_of_the_older_systems_is_served():
    assert {row for p in catalogue().permissions.values() for row in p.rows} >= NAMED_ROWS


# S2-10
def test_every_permission_has_a_label_of_its_own_and_a_sentence_of_help():
    permissions = catalogue().permissions.values()
    assert len({p.label for p in permissions}) == len(permissions)
    assert [p.key for p in permissions if not re.fullmatch(r"[A-Z][^{}]+\.", p.help)] == []
    assert [p.key for p in permissions if re.search(r"\b[Ss]ms\b|[{}]|_", p.label + p.help)] == []


# S0-34, S0-35
def test_read_looks_and_read_and_write_changes_but_publishes_nothing():
    c = catalogue()
    assert {c.permissions[key].action for key in c.level("campaigns", Level.READ)} == {"list", "get", "test"}
    wider = {c.permissions[key].action for key in c.level("campaigns", Level.WRITE)}
    assert wider == {"list", "get", "test", "create", "update", "delete", "copy", "submit"}


# S0-36
def test_approve_and_publish_is_offered_only_where_something_is_published():
    c = catalogue()
    assert {key for key, module in c.modules.items() if Level.PUBLISH in module.levels} == PUBLISHING
    with pytest.raises(LevelNotOffered):
        c.level("customers", Level.PUBLISH)


def test_a_level_has_all_that_the_levels_below_it_have():
    c = catalogue()
    assert c.level("campaigns", 1) < c.level("campaigns", 2) < c.level("campaigns", 3)
    assert c.level("campaigns", 3) == {p.key for p in c.modules["campaigns"].permissions}


# S0-06
def test_read_and_write_on_admin_rights_is_everything_there():
    assert catalogue().level("admin_rights", 2) >= {"accounts:update", "access:assign", "access:delegate"}
    assert (
        catalogue().level("admin_rights", 1).isdisjoint({"accounts:update", "roles:assign", "access:assign"})
    )


# S1-58
def test_approve_start_and_suspend_are_offered_for_campaigns_and_not_for_group_members():
    offered = {key: {p.action for p in r.permissions} for key, r in catalogue().resources.items()}
    assert offered["ad_campaigns"] - offered["group_members"] == {"approve", "start", "suspend"}


# S1-45, S1-46
def test_the_example_role_names_permissions_of_two_modules():
    rows = {
        row: {p.key for p in catalogue().permissions.values() if row in p.rows} for row in ("S1-45", "S1-46")
    }
    assert rows["S1-45"] == {f"ad_campaigns:{action}" for action in CRUD.split()}
    assert rows["S1-46"] == {f"custom_profile_attributes:{action}" for action in ("list", "get", "create")}


# S2-18, S2-P02
def test_approving_requires_both_steps_of_sending():
    assert set(catalogue().permission("campaigns:approve").requires) == {
        "campaigns:start",
        "campaigns:submit",
    }


# C-12
def test_a_level_alone_lacks_only_requirements_of_other_modules():
    lacking = {}
    for module in catalogue().modules.values():
        for level in module.levels:
            for key, reason in withheld_of_level(module.key, level).items():
                lacking[key] = {catalogue().permission(other).module for other in reason.missing_permissions}
                assert module.key not in lacking[key], (module.key, level, key)
    assert lacking == {
        "suppression_lists:delete": {"campaigns"},  # S3-C08
        "suppression_lists:import": {"campaigns"},
        "suppression_lists:assign": {"campaigns"},
        "campaign_reports:export": {"contacts"},  # S2-P09
        "survey_reports_legacy:get": {"contacts", "analytics"},  # S2-P08
        "survey_reports_legacy:export": {"contacts", "analytics"},
        "form_responses:get": {"contacts", "analytics"},  # S2-P18
        "pages_forms:update": {"campaigns"},
    }


def withheld_of_level(module, level):
    """What one level of one module leaves without effect where the unit has every feature."""
    access = Access(1, includes_subunits=False, own_rights_only=False)
    facts = Facts(
        active=True,
        owns=frozenset(),
        accesses=(access,),
        grants=(HeldGrant(1, 1, module, level, None),),
        roles=(),
    )
    place = Place(1, 1, (), frozenset(catalogue().features))
    return resolve(facts, catalogue(), place, enterable_units=2).withheld


# C-08: Account administrators may edit accounts although they hold no level
def test_permissions_on_accounts_require_nothing():
    assert {p.requires for p in catalogue().resources["accounts"].permissions} == {()}


def test_a_module_wide_key_stands_for_the_action_on_every_resource_that_offers_it():
    assert catalogue().expand("campaigns.*:approve") == {"campaigns:approve", "ad_campaigns:approve"}
    assert catalogue().expand("campaigns:approve") == {"campaigns:approve"}


@pytest.mark.parametrize("key", ["contacts:fly", "contacts.*:fly", "contacts@1", "*", ""])
def test_what_is_no_key_of_a_permission_can_neither_be_expanded_nor_held(key):
    with pytest.raises(UnknownPermission):
        catalogue().expand(key)
    with pytest.raises(UnknownPermission):
        catalogue().permission(key)
    assert key not in catalogue().holdable_keys()


def test_every_right_that_gives_a_permission_is_known():
    assert catalogue().rights_giving("campaigns:test") == {
        *("campaigns:test", "campaigns.*:test"),
        *("campaigns@1", "campaigns@2", "campaigns@3", "campaigns.view"),
    }
