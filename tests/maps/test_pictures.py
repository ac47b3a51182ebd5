"""The pictures say what every decision says: each cell, each line; and nobody else's names."""

import csv
import io
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import effective
from accounts.maps.heat import heat_map
from accounts.maps.levels import Ladder, Reach
from accounts.maps.of_person import Links, map_of_person
from accounts.models import Account
from accounts.policy import policy_now
from accounts.services.lifecycle import disable_account
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.accounts.pages import signed_in
from tests.ceiling.organisation import found, person
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

NOWHERE = Links(groups=True, roles=True, module=lambda key: f"/{key}/")


@pytest.fixture
def organisation(catalogue_rows: None) -> list[Unit]:
    """Two organisations with everybody who might try something, and every kind of right."""
    found()
    north = Unit.objects.get(name="Northwind")
    level = Role.objects.get(module="offers", level=2)
    GroupFactory(unit=north, roles=[level], members=[person("vera"), person("hal")])
    disable_account(person("nemo"), actor=SYSTEM, unit=north)
    return list(Unit.objects.open())


def seen_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def check_cell(reach: Reach, account: Account, unit: Unit, ladder: Ladder) -> None:
    """The level works as a whole, none above it does, and the number of further rights is right."""
    allowed = {key for key in ladder.keys if account.may(key, unit)}
    works = {level: keys <= allowed for level, keys in ladder.steps}
    reached = [level for level, yes in works.items() if yes]
    assert reach.level == max(reached, default=None)
    taken = dict(ladder.steps).get(reach.level, frozenset()) if reach.level else frozenset()
    assert reach.more == len(allowed - taken)


def test_every_cell_says_what_the_decision_says(organisation: list[Unit]) -> None:
    people, told = list(Account.objects.all()), set()
    for unit in organisation:
        found = heat_map(people, unit)
        for row in found.rows:
            for ladder, reach in zip(found.modules, row.reaches, strict=True):
                if reach.level or reach.more or row.account.pk == people[0].pk:
                    check_cell(reach, row.account, unit, ladder)
                else:
                    assert not any(row.account.may(key, unit) for key in ladder.keys)
                told.add((reach.level, bool(reach.more)))
    assert {level for level, _more in told} == {None, 1, 2, 3}
    assert (None, True) in told


def edges_of_sources(account: Account, unit: Unit) -> set[tuple[str, ...]]:
    """What the sources of every right lead through, without the person: (group?, role?, module)."""
    held = effective(account, unit, as_if_active=True).held
    levels = set(Role.objects.filter(module__isnull=False).values_list("pk", flat=True))
    found = set()
    for key, sources in held.items():
        module = f"module-{policy_now().catalogue.permissions[key].module}"
        for source in sources:
            group = (f"group-{source.group}",) if source.group else ()
            role = (f"role-{source.role}",) if source.role and source.role not in levels else ()
            owner = (f"owner-{source.unit}",) if source.kind == "owner" else ()
            found.add((*owner, *group, *role, module))
    return found


def maps(units: list[Unit]) -> Iterator[tuple[Account, Unit]]:
    for unit in units:
        yield from ((account, unit) for account in Account.objects.in_unit(unit))


def test_every_line_of_a_map_is_a_source_and_every_source_a_line(organisation: list[Unit]) -> None:
    drawn = 0
    for account, unit in maps(organisation):
        resolution = effective(account, unit, as_if_active=True)
        graph = map_of_person(account, unit, NOWHERE)
        if not resolution.held:
            assert not any(path.works for path in graph.paths)
            continue
        assert {path.nodes[1:] for path in graph.paths} == edges_of_sources(account, unit)
        modules = {path.nodes[-1] for path in graph.paths if path.works}
        keys = resolution.effective
        assert modules == {f"module-{policy_now().catalogue.permissions[key].module}" for key in keys}
        drawn += len(graph.paths)
    assert drawn > 50


@pytest.fixture
def south(unit: Unit) -> Unit:
    south: Unit = UnitFactory(name="South", parent=unit)
    return south


def test_a_map_names_nothing_of_another_unit_that_counts_nothing_here(
    unit: Unit, south: Unit, ada: Account
) -> None:
    role = RoleFactory(unit=unit, display_name="Tellers", rules=["offers:list"])
    secret = GroupFactory(unit=unit, display_name="Secret society", roles=[role])
    beside = GroupFactory(
        unit=UnitFactory(name="Beside", parent=unit), display_name="Neighbours", roles=[role]
    )
    local = GroupFactory(unit=south, display_name="Locals", roles=[role])
    access = {"own_rights_only": True}
    sue = AccountFactory(unit=south, groups=[secret, beside, local], access=access)

    graph = map_of_person(sue, south, NOWHERE)

    assert {node.label for node in graph.columns[1].nodes} == {"Locals"}


def test_who_may_not_enter_is_shown_what_was_given_here_as_lacking_the_entry(unit: Unit, south: Unit) -> None:
    role = RoleFactory(unit=unit, rules=["offers:list"])
    above = GroupFactory(unit=unit, display_name="Head office", roles=[role])
    here = GroupFactory(unit=south, display_name="Locals", roles=[role])
    sue = AccountFactory(unit=unit, groups=[above, here], access={"includes_subunits": False})

    graph = map_of_person(sue, south, NOWHERE)

    (group,) = graph.columns[1].nodes
    assert (group.label, group.works, group.note) == ("Locals", False, "May not enter the unit")


def test_a_group_of_the_unit_above_is_named_but_leads_nowhere(unit: Unit, south: Unit) -> None:
    role = RoleFactory(unit=unit, rules=["offers:list"])
    above = GroupFactory(unit=unit, display_name="Head office", roles=[role])
    sue = AccountFactory(unit=unit, groups=[above], access={"includes_subunits": True})

    (group,) = map_of_person(sue, south, NOWHERE).columns[1].nodes

    assert (group.label, group.note, group.url) == ("Head office", f"in {unit.name}", "")
    assert map_of_person(sue, unit, NOWHERE).columns[1].nodes[0].url == above.get_absolute_url()


def test_a_page_leads_only_where_its_reader_may_go(unit: Unit, gwen: Account, campaign_team: Group) -> None:
    reader = AccountFactory(unit=unit, permissions=["accounts:get"])
    path = reverse("accounts:account_map", args=[gwen.pk])

    shown = seen_of(signed_in(reader), path)

    assert "Campaign team" in shown
    assert "Campaigns admin" in shown
    assert campaign_team.get_absolute_url() not in shown
    assert "/roles/" not in shown
    assert f"/accounts/{gwen.pk}/#module-" in shown


def test_what_lacks_its_feature_is_drawn_broken_and_says_so(unit: Unit, ada: Account) -> None:
    carl = AccountFactory(unit=unit, levels={"companies": 1})

    shown = seen_of(signed_in(ada), reverse("accounts:account_map", args=[carl.pk]))

    assert 'class="map-line is-idle"' in shown
    assert "Without effect" in shown


def test_the_map_of_a_role_counts_those_of_the_unit_alone(unit: Unit, south: Unit, ada: Account) -> None:
    role = RoleFactory(unit=unit, display_name="Tellers", rules=["offers:list"])
    GroupFactory(unit=unit, display_name="Elders", roles=[role], members=[AccountFactory(unit=unit)])
    people = [AccountFactory(unit=south) for _number in range(2)]
    GroupFactory(unit=south, display_name="Locals", roles=[role], members=people)
    reader = AccountFactory(unit=south, permissions=["roles:get", "accounts:list"])
    path = reverse("accounts:role_map", args=[role.pk])

    below, above = seen_of(signed_in(reader), path), seen_of(signed_in(ada), path)

    assert "2 people" in below
    assert "Elders" not in below
    assert "3 people" in above
    assert "Elders" in above
    assert "Locals" in above


def test_who_has_what_leads_to_why_and_to_why_not(unit: Unit, ada: Account) -> None:
    rita = AccountFactory(first_name="Rita", last_name="Reader", unit=unit, levels={"offers": 1})

    shown = seen_of(signed_in(ada), reverse("accounts:who_has_what") + "?q=rita")

    assert f'href="/accounts/{rita.pk}/#module-offers" title="Offers: Read"' in shown
    assert f'href="/accounts/{rita.pk}/access/?q=Customers" title="Customers: Nothing"' in shown
    assert f"/accounts/{ada.pk}/" not in shown
    assert "1 person" in shown
    assert 'id="module-offers"' in seen_of(signed_in(ada), f"/accounts/{rita.pk}/")


def test_who_may_list_people_but_not_open_them_sees_nobodys_rights(unit: Unit, ada: Account) -> None:
    lister = AccountFactory(unit=unit, permissions=["accounts:list"])

    shown = seen_of(signed_in(lister), reverse("accounts:who_has_what"))

    assert "isn't shown to you" in shown
    assert "Ada Admin" not in shown
    assert 'href="/who-has-what/"' not in shown.partition("<main")[0]


def test_the_file_has_whom_the_filters_leave(unit: Unit, ada: Account) -> None:
    AccountFactory(first_name="Rita", last_name="Reader", unit=unit, levels={"offers": 2})
    stranger = AccountFactory(first_name="Rita", last_name="Elsewhere", unit=UnitFactory())

    answer = signed_in(ada).get(reverse("accounts:who_has_what_export") + "?q=rita")

    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(line["name"], line["offers"], line["customers"]) for line in lines] == [
        ("Rita Reader", "Read & Write", "")
    ]
    assert stranger.email not in str(lines)
