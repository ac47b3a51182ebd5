"""One person gets another's groups and own rights; what the actor may not change stays and is named."""

from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import effective
from accounts.models import Account, UnitAccess
from accounts.services.likeness import make_like, passes
from adminrights.change import SYSTEM, preview
from adminrights.exceptions import OwnRights, Refused
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from tests.accounts.pages import signed_in, text_of
from tests.ceiling.organisation import found, person
from tests.factories import AccountFactory, GroupFactory, RoleFactory


def like(account: Account, model: Account) -> str:
    return reverse("accounts:make_like", args=[account.pk, model.pk])


def rights(account: Account, unit: Unit) -> frozenset[str]:
    return frozenset(effective(Account.objects.get(pk=account.pk), unit, as_if_active=True).effective)


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def test_it_is_shown_first_and_then_done_in_one_change(
    as_ada: Client, unit: Unit, gwen: Account, grant: Account
) -> None:
    page = text_of(as_ada.get(like(grant, gwen)))
    assert "Make Grant Own like Gwen Group?" in page
    assert "Grant Own gains: Ad campaigns" in page
    assert "Grant Own loses: " in page
    assert not grant.memberships.exists()

    answer = as_ada.post(like(grant, gwen))

    assert rights(grant, unit) == rights(gwen, unit)
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.outcome) == ("account.rights_changed", "done")
    assert "No difference" in text_of(as_ada.get(answer["Location"]))


def test_what_the_reader_may_not_give_stays_and_is_named(unit: Unit, nemo: Account) -> None:
    small = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["offers:list"])])
    model = AccountFactory(unit=unit, groups=[small], permissions=["contacts:export"])
    keys = ["accounts:list", "accounts:get", "access:assign", "group_members:create", "offers:list"]
    browser = signed_in(AccountFactory(unit=unit, permissions=keys))

    page = text_of(browser.get(like(nemo, model)))
    browser.post(like(nemo, model))

    assert "Nemo Nobody still won't have: Contacts (Export). You may not change it." in page
    assert rights(nemo, unit) == {"offers:list"}


def test_who_may_give_nothing_is_refused(unit: Unit, gwen: Account, nemo: Account) -> None:
    browser = signed_in(AccountFactory(unit=unit, permissions=["accounts:get"]))

    assert browser.post(like(nemo, gwen)).status_code == 403
    assert rights(nemo, unit) == frozenset()
    assert JournalEntry.objects.latest("sequence").outcome == "refused"


# Z8
def test_nobody_makes_himself_like_another(as_ada: Client, unit: Unit, ada: Account, gwen: Account) -> None:
    with pytest.raises(OwnRights):
        make_like(ada, gwen, actor=ada, unit=unit)
    page = as_ada.get(
        reverse("accounts:compare"), {"left": f"account:{ada.pk}", "right": f"account:{gwen.pk}"}
    )
    assert [button.label for button in page.context["like"]] == ["Make Gwen Group like Ada Admin"]


def test_groups_and_roles_and_other_days_offer_no_such_button(
    as_ada: Client, gwen: Account, grant: Account
) -> None:
    page, team = reverse("accounts:compare"), Group.objects.get()
    others = ({"right": f"group:{team.pk}"}, {"right": f"account:{gwen.pk}", "left_at": "2030-01-01"})

    for other in others:
        assert as_ada.get(page, {"left": f"account:{grant.pk}", **other}).context["like"] == []


def test_somebody_of_elsewhere_is_not_found(as_ada: Client, gwen: Account) -> None:
    assert as_ada.get(reverse("accounts:make_like", args=[gwen.pk, 999_999])).status_code == 404
    assert as_ada.get(like(gwen, gwen)).status_code == 404


# Afterwards the difference is empty, or exactly what the actor may not give or take.
@pytest.mark.parametrize("actor", ["", "ada", "asta"])
def test_afterwards_the_difference_is_what_the_actor_may_not_change(catalogue_rows: None, actor: str) -> None:
    found()
    random, compared = Random(11), 0
    for _case in range(14):
        unit = random.choice(list(Unit.objects.order_by("pk")))
        people = list(Account.objects.in_unit(unit).order_by("pk"))
        if len(people) < 2:
            continue
        account, model = random.sample(people, 2)
        if plain(account, unit) and plain(model, unit) and account.first_name != actor:
            preview(lambda: check(account, model, unit, actor))  # noqa: B023 - it is called at once
            compared += 1
    assert compared > 2


def plain(account: Account, unit: Unit) -> bool:
    """Whether the account enters the unit with all its rights, and owns nothing."""
    ids = [int(part) for part in unit.path.split("/") if part]
    ways = UnitAccess.objects.live().filter(account=account, unit__in=ids, own_rights_only=False)
    entered = any(way.unit_id == unit.pk or way.includes_subunits for way in ways)
    return entered and not account.owned_units.exists()


def check(account: Account, model: Account, unit: Unit, name: str) -> None:
    actor = person(name) if name else SYSTEM
    try:
        plan = make_like(account, model, actor=actor, unit=unit)
    except Refused:
        # Nothing of it is allowed; or, for whoever acts, nobody could administer any more.
        return
    assert not plan.left or name
    if not plan.left:
        assert rights(account, unit) == rights(model, unit)
    assert not any(passes(account, [piece], actor, unit) for piece in plan.left)
