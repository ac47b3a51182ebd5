"""One person gets another's groups and own rights; what the actor may not change stays and is named."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective
from accounts.models import Account, Grant, UnitAccess
from accounts.services.grants import set_levels, set_permissions
from accounts.services.items import hand_over, register_item
from accounts.services.likeness import Piece, make_like, passes
from adminrights.change import SYSTEM, change, preview
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import OwnRights, Refused
from adminrights.models import JournalEntry, Unit
from adminrights.services import set_owner
from groups.models import Group, Membership
from groups.services import add_members
from tests.accounts.pages import signed_in, text_of
from tests.ceiling.organisation import found, person
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


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
    # The system may do it all, but for what would leave nobody to administer.
    assert not plan.left or name or {piece.what for piece in plan.left} == {"admin_rights"}
    if not plan.left:
        assert rights(account, unit) == rights(model, unit)
    for piece in plan.done:
        assert ends_of(account, piece) == piece.ends == (ends_of(model, piece) if piece.value else None)
    assert not any(passes(account, [piece], actor, unit) for piece in plan.left)


def ends_of(account: Account, piece: Piece) -> datetime | None:
    """When what the piece is about ends for the account; None where it doesn't, or where there is none."""
    about = {
        "group": lambda: Membership.objects.filter(group=int(piece.what)),
        "level": lambda: Grant.objects.filter(unit=piece.unit, module=piece.what),
        "key": lambda: Grant.objects.filter(unit=piece.unit, permission=piece.what),
        "access": lambda: UnitAccess.objects.filter(unit=piece.unit),
    }
    facts: Any = about[piece.kind]()
    found: datetime | None = facts.live().filter(account=account).values_list("expires_at", flat=True).first()
    return found


def notes(client: Client, account: Account, model: Account) -> str:
    return text_of(client.get(like(account, model)))


def test_what_ends_for_the_model_ends_on_the_same_day(
    as_ada: Client, unit: Unit, nemo: Account, campaign_team: Group
) -> None:
    now = timezone.now()
    ends = [now + timedelta(days=days) for days in (5, 6, 7)]
    model = AccountFactory(unit=unit)
    add_members(campaign_team, [model], actor=SYSTEM, span=Span(None, ends[0]))
    set_levels(model, {"customers": 1}, actor=SYSTEM, unit=unit, ends=ends[1])
    set_levels(model, {"customers": 1, "offers": 1}, actor=SYSTEM, unit=unit)
    set_permissions(model, {"contacts.view": True}, actor=SYSTEM, unit=unit, ends=ends[2])

    assert "What ends for" in notes(as_ada, nemo, model)
    as_ada.post(like(nemo, model))

    assert [*nemo.memberships.live().values_list("expires_at", flat=True)] == [ends[0]]
    grants = nemo.grants.live().order_by("module", "permission")
    given = {grant.right: grant.expires_at for grant in grants}
    assert given == {"customers@1": ends[1], "offers@1": None, "contacts.view": ends[2]}
    for at in (now + timedelta(days=days) for days in (1, 5.5, 6.5, 8)):
        assert effective(nemo, unit, at).effective.keys() == effective(model, unit, at).effective.keys()


def test_units_are_copied_as_far_as_the_reader_administers_them(as_ada: Client, unit: Unit) -> None:
    north, south, west = (UnitFactory(name=name, parent=unit) for name in ("North", "South", "West"))
    everywhere = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    account, model = AccountFactory(unit=unit), AccountFactory(unit=unit, levels={"offers": 1})
    for person_, place, own_only in ((account, south, False), (model, north, True), (model, west, False)):
        with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
            until = c.at + timedelta(days=3) if place == west else None
            c.start(UnitAccess(account=person_, unit=place, own_rights_only=own_only, expires_at=until))
    as_ada.force_login(everywhere)
    page = notes(as_ada, account, model)
    assert "access to units" in page
    assert "that ends isn't copied: give it with its end on the page Units." in page

    as_ada.post(like(account, model))

    ways = UnitAccess.objects.live().filter(account=account).values_list("unit", "own_rights_only")
    assert set(ways) == {(unit.pk, False), (north.pk, True)}


def test_what_is_never_copied_is_said_with_the_reason(
    as_ada: Client, unit: Unit, ada: Account, nemo: Account, campaign_team: Group
) -> None:
    model = AccountFactory(unit=unit, first_name="Mo", last_name="Del", groups=[campaign_team])
    add_members(campaign_team, [nemo], actor=SYSTEM, span=Span(None, timezone.now() + timedelta(days=5)))
    small = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["offers:list"])])
    add_members(small, [model], actor=SYSTEM, span=Span(timezone.now() + timedelta(days=2), None))
    hand_over(register_item("offers", unit, "Spring", actor=SYSTEM), model, actor=SYSTEM)
    page = notes(as_ada, nemo, model)

    assert "What is planned for Mo Del isn't copied: it doesn't hold yet." in page
    assert "What both have already keeps its own dates." in page
    assert "Items that were handed to Mo Del aren't copied" in page
    set_owner(unit, model, actor=SYSTEM)
    assert "Mo Del is the owner, who has everything. That isn't copied" in notes(as_ada, nemo, model)
    set_owner(unit, nemo, actor=SYSTEM)
    assert "Nemo Nobody is the owner and keeps everything" in notes(as_ada, nemo, model)
