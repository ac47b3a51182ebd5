"""Two remedies from the reader's side: a twin role gives way to the other, a rule keeps what is used."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective
from accounts.models import Account
from accounts.services.taking_back import take_back
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry, Unit
from groups.models import Group, GroupRole
from groups.services import replace_role
from roles.models import Role
from roles.services import set_rule
from tests.accounts.pages import signed_in, text_of
from tests.editing import opened
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.least.conftest import Found, use
from tests.terminal import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
Pass = Callable[[int], None]
RULES = ["contacts:list", "contacts:create", "contacts:export"]


@pytest.fixture
def kept(unit: Unit) -> Role:
    """Two groups carry it, the second one beside its twin."""
    role = RoleFactory(unit=unit, display_name="Editors", rules=RULES)
    GroupFactory(unit=unit, display_name="Desk", roles=[role])
    return role


@pytest.fixture
def twin(unit: Unit, kept: Role, nemo: Account) -> Role:
    role = RoleFactory(unit=unit, display_name="Writers", rules=RULES)
    GroupFactory(unit=unit, display_name="Night shift", roles=[role], members=[nemo])
    GroupFactory(unit=unit, display_name="Both", roles=[role, kept])
    return role


def place(twin: Role, kept: Role) -> str:
    return reverse("accounts:role_replace", args=[twin.pk, kept.pk])


def carry(role: Role) -> list[str]:
    return sorted(fact.group.display_name for fact in role.group_facts.live().select_related("group"))


def replace(client: Client, path: str) -> str:
    """Look at it, then do what was shown."""
    looked = client.get(path)
    assert "previewed" in looked.context, text_of(looked)
    return text_of(client.post(path, {"previewed": looked.context["previewed"]}, follow=True))


def test_the_page_offers_to_replace_a_twin_by_the_other(ada: Account, twin: Role, kept: Role):
    page = signed_in(ada).get(reverse("accounts:least_privilege"))

    rows = [row for section in page.context["sections"] for row in section.rows]
    (row,) = (row for row in rows if row.finding.kind == "twin_used")
    assert [button.url for button in row.buttons] == [place(twin, kept)]
    assert "Replace by the other" in text_of(page)


def test_the_look_ahead_names_the_groups_and_says_that_nobody_is_touched(
    ada: Account, twin: Role, kept: Role
):
    looked = text_of(signed_in(ada).get(place(twin, kept)))

    assert "Replace Writers by Editors?" in looked
    assert "Group Night shift carries Editors instead" in looked
    assert "Group Both carries Editors instead" in looked
    assert "Nobody gains or loses anything by this." in looked
    assert carry(twin) == ["Both", "Night shift"]


def test_every_group_gets_the_other_in_one_entry_and_the_twin_can_be_deleted(
    ada: Account, twin: Role, kept: Role, nemo: Account, unit: Unit
):
    may = effective(nemo, unit).effective.keys()
    entries = JournalEntry.objects.count()

    said = replace(signed_in(ada), place(twin, kept))

    assert "2 groups carry Editors instead of Writers. Nobody gained or lost anything." in said
    assert "Delete Writers?" in said
    assert carry(kept) == ["Both", "Desk", "Night shift"]
    assert carry(twin) == []
    assert effective(nemo, unit).effective.keys() == may
    (entry,) = JournalEntry.objects.filter(sequence__gt=entries, event__startswith="role.")
    assert entry.event == Event.ROLE_REPLACED


def test_the_replacement_can_be_taken_back(ada: Account, twin: Role, kept: Role):
    replace_role(twin, kept, unit=twin.unit, actor=ada)

    take_back(JournalEntry.objects.latest("sequence"), actor=ada, unit=twin.unit)

    assert carry(twin) == ["Both", "Night shift"]
    assert carry(kept) == ["Both", "Desk"]


def test_it_asks_for_the_right_in_the_unit_of_each_group(unit: Unit, twin: Role, kept: Role):
    below = UnitFactory(name="Branch", parent=unit)
    person = AccountFactory(unit=below, permissions=["roles:assign", "roles:list"])

    refused = signed_in(person).get(place(twin, kept))

    assert refused.status_code == 403
    assert "Night shift" not in text_of(refused)
    assert carry(twin) == ["Both", "Night shift"]


def test_who_may_not_delete_roles_is_led_to_the_one_that_stays(unit: Unit, twin: Role, kept: Role):
    person = AccountFactory(unit=unit, permissions=["roles:assign", "roles:list", "roles:get"])

    said = replace(signed_in(person), place(twin, kept))

    assert "you can delete it" not in said
    assert "Delete Writers?" not in said
    assert carry(twin) == []


def test_roles_that_differ_by_now_are_not_exchanged(ada: Account, twin: Role, kept: Role):
    set_rule(kept, "contacts", ["list"], actor=SYSTEM, unit=kept.unit)

    looked = signed_in(ada).get(place(twin, kept))

    assert "Writers and Editors don't allow the same any more." in text_of(looked)
    with pytest.raises(Invalid):
        replace_role(twin, kept, unit=twin.unit, actor=ada)


def test_a_built_in_role_and_the_role_itself_are_no_twin(ada: Account, twin: Role):
    built_in = Role.objects.filter(built_in=True)[0]

    assert signed_in(ada).get(place(twin, built_in)).status_code == 404
    assert signed_in(ada).get(place(twin, twin)).status_code == 404


def carried(group: Group, role: Role, **dates: object) -> GroupRole:
    with change(Event.GROUP_ROLES_CHANGED, actor=SYSTEM) as c:
        fact: GroupRole = c.start(GroupRole(group=group, role=role, **dates))
    return fact


def test_dates_go_along(twin: Role, kept: Role, unit: Unit):
    soon, later = timezone.now() + timedelta(days=5), timezone.now() + timedelta(days=9)
    brief, planned, longer = (GroupFactory(unit=unit) for _number in range(3))
    carried(brief, twin, expires_at=soon)
    carried(planned, twin, starts_at=soon, expires_at=later)
    carried(longer, twin, expires_at=later)
    carried(longer, kept, expires_at=soon)

    replace_role(twin, kept, unit=unit, actor=SYSTEM)

    standing = kept.group_facts.not_ended().filter(group__in=(brief, planned, longer))
    ends = {fact.group_id: fact.expires_at for fact in standing}
    assert ends == {brief.pk: soon, planned.pk: later, longer.pk: later}
    assert standing.get(group=planned).starts_at == soon


def test_two_spans_that_make_no_one_are_left_alone(twin: Role, kept: Role, unit: Unit):
    soon, later = timezone.now() + timedelta(days=5), timezone.now() + timedelta(days=9)
    group = GroupFactory(unit=unit, display_name="Relay")
    carried(group, twin, expires_at=soon)
    carried(group, kept, starts_at=later)

    with pytest.raises(Invalid, match="Relay carries Writers and Editors at different times"):
        replace_role(twin, kept, unit=unit, actor=SYSTEM)


@pytest.fixture
def worked(nemo: Account, twin: Role, unit: Unit, later: Pass) -> None:
    """Somebody listed contacts, and did nothing else with them, for long."""
    later(95)
    use(nemo, "contacts:list", unit)


@pytest.fixture
def long_ago(ada: Account, unit: Unit) -> None:
    use(ada, "roles:list", unit)


def test_a_rule_used_in_part_is_found_with_what_was_used(
    long_ago: None, worked: None, twin: Role, found: Found
):
    rows = {each.of: each for each in found("wide_rule")}

    assert rows[twin].target == "contacts"
    assert rows[twin].kept == ["list"]
    assert rows[twin].why == "Only this of it was used in 90 days: List"
    assert found("rule") == []


def test_no_part_is_judged_before_uses_are_recorded_for_so_long(worked: None, found: Found):
    assert found("wide_rule") == []


def test_an_action_given_lately_had_no_time_to_be_used(
    long_ago: None, nemo: Account, kept: Role, unit: Unit, found: Found, later: Pass
):
    role = RoleFactory(unit=unit, rules=["offers:list"])
    GroupFactory(unit=unit, roles=[role], members=[nemo])
    later(95)
    use(nemo, "offers:list", unit)
    set_rule(role, "offers", ["list", "create"], actor=SYSTEM, unit=unit)

    assert found("wide_rule") == []


def test_what_the_holders_of_a_twin_use_stays_in_both(
    long_ago: None, worked: None, twin: Role, kept: Role, unit: Unit, found: Found
):
    other = AccountFactory(unit=unit, groups=[Group.objects.get(display_name="Desk")])
    use(other, "contacts:create", unit)

    assert {each.of: sorted(each.kept) for each in found("wide_rule")} == {twin: ["create", "list"]}


def test_the_form_is_filled_in_narrower_and_says_first_who_loses_what(
    ada: Account, long_ago: None, worked: None, twin: Role, unit: Unit
):
    client = signed_in(ada)
    sections = client.get(reverse("accounts:least_privilege")).context["sections"]
    rows = [row for section in sections for row in section.rows if row.finding.kind == "wide_rule"]
    (button,) = next(row.buttons for row in rows if row.finding.of == twin)

    sent = opened(client, button.url)
    asked = client.post(button.url, sent | {"actions": ["list"]})
    assert "Nemo" in text_of(asked)
    assert "loses:" in text_of(asked)
    assert client.get(button.url).context["form"]["actions"].value() == ["list"]
    client.post(button.url, sent | {"actions": ["list"], "previewed": asked.context["previewed"]})

    assert [rule.permission_id for rule in twin.rules.live()] == ["contacts:list"]


def test_the_command_lists_both_kinds(
    long_ago: None, worked: None, twin: Role, monday: time_machine.Traveller
):
    told = run("least_privilege", "--format", "json")

    assert {"twin_used", "wide_rule"} <= {each["kind"] for each in told.data}
    assert "Only this of it was used in 90 days: List." in run("least_privilege").out
