"""My access and My profile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Grant
from accounts.my_access import told
from accounts.services.grants import set_levels
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from adminrights.services import set_owner
from groups.models import Group, Membership
from roles.services import set_rule
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.editing import send
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory

ME, PROFILE = "/me/", "/me/profile/"


# Scenario 25, S1-06, S1-07
def test_my_access_says_what_i_may_do_and_why(gwen: Account) -> None:
    words = text_of(signed_in(gwen).get(ME))
    assert "Hello Gwen." in words
    assert "Delete ad campaigns" in words
    assert "because you are in the group “Campaign team”, which carries the role “Campaigns admin”" in words


def test_an_own_right_names_who_gave_it(unit: Unit, ada: Account, nemo: Account) -> None:
    set_levels(nemo, {"customers": 1}, actor=ada, unit=unit)
    words = text_of(signed_in(nemo).get(ME))
    assert "Open customer profiles" in words
    assert "because Ada Admin gave it to you directly" in words


def test_an_own_right_says_that_it_was_given_directly(grant: Account) -> None:
    assert "because it was given to you directly" in text_of(signed_in(grant).get(ME))


def test_a_right_that_ends_says_when(unit: Unit, campaign_team: Group, nemo: Account) -> None:
    end = timezone.now() + timedelta(days=40)
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM) as c:
        c.start(Membership(group=campaign_team, account=nemo, expires_at=end))
    assert f"until {end.day} {end:%B %Y}" in text_of(signed_in(nemo).get(ME))


def test_rights_of_the_same_sources_stand_in_one_block(unit: Unit, nemo: Account) -> None:
    role = RoleFactory(unit=unit, display_name="Editor", rules=["contacts:list", "contacts.*:get"])
    GroupFactory(unit=unit, display_name="Desk", roles=[role], members=[nemo])
    set_rule(role, "contacts", ["list", "get", "export"], actor=SYSTEM, unit=unit)
    [area] = told(nemo, unit, links=False).areas
    [module] = area.modules

    [part] = module.parts

    assert len(part.permissions) > 2
    [source] = part.sources
    assert source.because == "you are in the group “Desk”, which carries the role “Editor”"


def test_rights_of_other_sources_or_ends_stand_apart(unit: Unit, nemo: Account) -> None:
    end = timezone.now() + timedelta(days=40)
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        for key, until in (("contacts:list", None), ("contacts:get", end), ("contacts:export", None)):
            c.start(Grant(account=nemo, unit=unit, permission_id=key, expires_at=until))

    assert text_of(signed_in(nemo).get(ME)).count("You may:") == 2


# S2-18
def test_what_does_not_work_yet_says_why(unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=["campaigns:approve"])
    words = text_of(signed_in(account).get(ME))
    assert "Given to you, but not working yet Approve campaigns · Campaigns It also needs:" in words


def test_what_does_not_work_for_one_reason_is_told_once(unit: Unit) -> None:
    account = AccountFactory(unit=unit, levels={"settings": 2})
    words = text_of(signed_in(account).get(ME))
    assert "Connect paid integrations , Change paid integrations · Settings" in words


def test_somebody_without_any_right_is_told_whom_to_ask(nemo: Account, ada: Account) -> None:
    words = text_of(signed_in(nemo).get(ME))
    assert "You may not do anything here yet" in words
    assert "Who can change this AA Ada Admin ada.admin@example.org" in words


def test_no_more_than_five_administrators_are_named(unit: Unit, nemo: Account) -> None:
    for _ in range(7):
        AccountFactory(unit=unit, levels={"admin_rights": 2})
    assert len(signed_in(nemo).get(ME).context["helpers"]) == 5


def asked(account: Account) -> dict[str, tuple[str, ...]]:
    """Return the first names of those whom My access names, and the areas in which they can help."""
    helpers = signed_in(account).get(ME).context["helpers"]
    return {helper.account.first_name: helper.areas for helper in helpers}


# S3-T15, C-08
def test_who_looks_after_accounts_but_hands_out_nothing_is_not_named(
    unit: Unit, nemo: Account, ada: Account
) -> None:
    permissions = ["accounts:list", "accounts:get", "accounts:create", "accounts:update", "accounts:delete"]
    AccountFactory(first_name="Grace", unit=unit, permissions=permissions)

    assert asked(nemo) == {"Ada": ()}
    assert "Grace" not in text_of(signed_in(nemo).get(ME))


# C-08: whoever passes on only what he holds himself is named with that, behind those who may give anything
def test_who_passes_on_what_he_holds_himself_is_named_with_it(
    unit: Unit, nemo: Account, ada: Account
) -> None:
    keys = ["accounts:get", "access:assign"]
    AccountFactory(first_name="Abe", last_name="Aaa", unit=unit, permissions=[*keys, "contacts:list"])
    AccountFactory(first_name="Empty", unit=unit, permissions=keys)

    assert asked(nemo) == {"Ada": (), "Abe": ("Customers",)}
    assert "Only for: Customers" in text_of(signed_in(nemo).get(ME))


def test_nobody_is_named_who_could_not_touch_ones_administration(
    unit: Unit, ada: Account, otto: Account
) -> None:
    keys = ["accounts:get", "access:assign", "contacts:list"]
    AccountFactory(first_name="Abe", unit=unit, permissions=keys)

    assert asked(ada) == {"Otto": ()}


# C-08: the owner's rights nobody else changes
def test_the_owner_reads_that_nobody_else_can_change_this(unit: Unit, ada: Account, nemo: Account) -> None:
    set_owner(unit, nemo, actor=SYSTEM)

    assert asked(nemo) == {}
    assert "Nobody but you: you are the owner of Northwind." in text_of(signed_in(nemo).get(ME))


def test_a_long_address_breaks_behind_its_dots_and_its_at(nemo: Account, ada: Account) -> None:
    assert ">ada.<wbr>admin@<wbr>example.<wbr>org</a>" in signed_in(nemo).get(ME).content.decode()


# Z6
def test_my_access_shows_exactly_what_is_enforced(unit: Unit, gwen: Account) -> None:
    access = signed_in(gwen).get(ME).context["access"]
    shown = {
        permission.key
        for area in access.areas
        for module in area.modules
        for part in module.parts
        for permission in part.permissions
    }
    assert shown
    assert all(gwen.has_perm(key, unit) for key in shown)
    assert access.count == len(shown)


# S1-15
def test_i_choose_whether_campaigns_send_me_mail(nemo: Account) -> None:
    response = send(signed_in(nemo), PROFILE, {"campaign_notifications": "on"}, follow=True)
    nemo.refresh_from_db()
    assert nemo.campaign_notifications
    assert messages_of(response) == ["Saved."]


# Z5, Z8
@pytest.mark.parametrize("field", ["email", "first_name", "status", "levels"])
def test_i_change_nothing_else_of_myself(field: str, nemo: Account) -> None:
    before = Account.objects.values().get(pk=nemo.pk)
    send(signed_in(nemo), PROFILE, {field: "customers:1"})
    assert {**Account.objects.values().get(pk=nemo.pk), "last_login": None} == {**before, "last_login": None}
    assert not nemo.grants.exists()


# A2
def test_i_change_my_password_with_the_present_one_and_stay_signed_in(nemo: Account) -> None:
    client = signed_in(nemo)
    new = "seven purple elephants dance"
    response = client.post("/me/password/", {"current": PASSWORD, "password": new, "again": new}, follow=True)
    nemo.refresh_from_db()
    assert nemo.check_password(new)
    assert response.redirect_chain[-1][0] == PROFILE


def test_without_the_present_password_nothing_changes(nemo: Account) -> None:
    new = "seven purple elephants dance"
    signed_in(nemo).post("/me/password/", {"current": "wrong", "password": new, "again": new})
    nemo.refresh_from_db()
    assert nemo.check_password(PASSWORD)
