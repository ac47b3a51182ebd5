"""Adding and editing accounts."""

from typing import Any

import pytest

from accounts.models import Account
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group
from tests.accounts.pages import messages_of, path, signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory

NEW = {"first_name": "New", "last_name": "Person", "email": "New.Person@example.org"}


@pytest.fixture
def readers(unit: Unit) -> Group:
    """A group that gives Read on Customers as a whole."""
    rules = [f"{resource}:{action}" for resource in ("user_profiles", "custom_profile_attributes")
             for action in ("list", "get")]  # fmt: skip
    role = RoleFactory(unit=unit, display_name="Customer reader", rules=rules)
    return GroupFactory(unit=unit, display_name="Readers", roles=[role])


def add(viewer: Account, **data: Any) -> Any:
    return signed_in(viewer).post(path("account_create"), NEW | data, follow=True)


def edit(viewer: Account, account: Account, unit: Unit, **data: Any) -> Any:
    names = ("first_name", "last_name", "email", "phone")
    typed = {name: getattr(account, name) for name in names}
    return send(signed_in(viewer), path("account_edit", account), typed | data, follow=True)


def newest() -> Account:
    return Account.objects.get(email_key="new.person@example.org")


def levels_of(account: Account) -> dict[str, int]:
    return dict(account.grants.live().values_list("module_id", "level"))


# S0-28, S0-30, S0-31, S0-37, S0-39, S0-40, S1-13, S1-22, T1
def test_saving_creates_a_pending_account_with_groups_and_levels_and_invites_it(
    ada: Account, campaign_team: Group
) -> None:
    ticks = ["customers:1", "customers:2", "campaigns_2:1"]
    response = add(ada, groups=[campaign_team.pk], levels=ticks, invite="on")
    account = newest()
    assert messages_of(response) == [
        "The account was added. The invitation to New.Person@example.org is on its way."
    ]
    assert account.status == "pending"
    assert levels_of(account) == {"customers": 2, "campaigns_2": 1}
    assert [membership.group for membership in account.memberships.live()] == [campaign_team]
    assert OutgoingMail.objects.filter(account=account, message="invitation").count() == 1


# T2, C-05, S1-22
def test_without_the_tick_nothing_is_sent_and_the_page_says_so(ada: Account) -> None:
    response = add(ada)
    assert "No invitation was sent" in messages_of(response)[0]
    assert not OutgoingMail.objects.filter(account=newest()).exists()


# C-05, S1-22
def test_sending_the_invitation_is_ticked_at_first(ada: Account) -> None:
    form = signed_in(ada).get(path("account_create")).context["form"]
    assert form["invite"].value() is True


# S0-29
@pytest.mark.parametrize("missing", ["first_name", "last_name", "email"])
def test_what_is_required_is_asked_for_and_the_rest_is_kept(missing: str, ada: Account) -> None:
    response = add(ada, phone="0123 456", levels=["offers:2"], **{missing: ""})
    assert response.status_code == 422
    assert missing in response.context["form"].errors
    assert 'value="0123 456"' in response.content.decode()
    assert 'value="offers:2" checked' in response.content.decode()


# N1
@pytest.mark.parametrize("email", ["NEMO.NOBODY@example.org", "ｎemo.nobody@example.org"])
def test_an_address_that_is_known_in_another_form_is_refused(email: str, ada: Account, nemo: Account) -> None:
    response = add(ada, email=email)
    assert response.status_code == 422
    assert Account.objects.filter(first_name="New").count() == 0


@pytest.mark.parametrize("name", ["Ad\u202ea", "\u200b", "x" * 200])
def test_a_name_that_nobody_can_read_is_refused(name: str, ada: Account) -> None:
    response = add(ada, first_name=name)
    assert "first_name" in response.context["form"].errors


# S0-32, S0-33, C-03
def test_ticking_a_group_greys_what_it_gives(ada: Account, readers: Group) -> None:
    page = signed_in(ada).post(path("account_create_matrix"), {"groups": [readers.pk]}).content.decode()
    assert 'id="level-customers-1" checked disabled' in page
    assert 'value="customers:1"' not in page
    assert "Readers" in page


def test_redrawing_the_matrix_saves_nothing(ada: Account, readers: Group, nemo: Account) -> None:
    client = signed_in(ada)
    before = JournalEntry.objects.count()
    client.post(path("account_edit_matrix", nemo), {"groups": [readers.pk], "levels": ["offers:1"]})
    assert JournalEntry.objects.count() == before


# Scenario 2, S0-32
def test_a_value_posted_into_an_inherited_cell_is_refused(unit: Unit, ada: Account, readers: Group) -> None:
    account = AccountFactory(unit=unit, groups=[readers])
    response = edit(ada, account, unit, groups=[readers.pk], levels=["customers:1"])
    assert "Customers comes through a group." in text_of(response)
    assert levels_of(account) == {}
    assert JournalEntry.objects.about(account)[0].outcome == "refused"


# Scenario 6, S0-36
def test_a_level_that_the_module_does_not_offer_is_refused(ada: Account, nemo: Account, unit: Unit) -> None:
    response = edit(ada, nemo, unit, levels=["customers:3"])
    assert "doesn't offer this level" in text_of(response)
    assert JournalEntry.objects.about(nemo)[0].outcome == "refused"


# Scenario 1, S0-38, S1-25
def test_an_own_level_under_a_groups_level_survives_saving_and_leaving(
    unit: Unit, ada: Account, readers: Group
) -> None:
    account = AccountFactory(unit=unit, groups=[readers], levels={"customers": 1})
    edit(ada, account, unit, groups=[readers.pk], drawn=[readers.pk])
    edit(ada, account, unit, groups=[], drawn=[readers.pk])
    assert account.memberships.live().count() == 0
    assert levels_of(account) == {"customers": 1}


# S0-42, S1-20, S1-24
def test_every_field_and_level_can_be_edited(unit: Unit, ada: Account, campaign_team: Group) -> None:
    account = AccountFactory(unit=unit, levels={"customers": 2, "campaigns": 3})
    data = {"first_name": "Grace", "last_name": "Hopper", "phone": "12", "campaign_notifications": "on"}
    edit(
        ada,
        account,
        unit,
        **data,
        email="grace@example.org",
        groups=[campaign_team.pk],
        levels=["customers:1"],
    )
    account.refresh_from_db()
    assert (account.name, account.email, account.phone) == ("Grace Hopper", "grace@example.org", "12")
    assert account.campaign_notifications
    assert levels_of(account) == {"customers": 1}
    assert account.memberships.live().get().group == campaign_team


def test_the_edit_form_shows_own_levels_ticked(unit: Unit, ada: Account) -> None:
    account = AccountFactory(unit=unit, levels={"campaigns": 2})
    page = signed_in(ada).get(path("account_edit", account)).content.decode()
    assert 'value="campaigns:2" checked' in page
    assert 'value="campaigns:3" checked' not in page


# S3-T15, scenario 16
def test_without_the_right_to_hand_out_there_is_no_matrix_and_nothing_is_changed(
    unit: Unit, nemo: Account, readers: Group
) -> None:
    editor = AccountFactory(unit=unit, permissions=["accounts:list", "accounts:get", "accounts:update"])
    page = signed_in(editor).get(path("account_edit", nemo))
    assert "matrix" not in page.context
    assert "groups" not in page.context["form"].fields
    edit(editor, nemo, unit, phone="12", groups=[readers.pk], levels=["customers:1"])
    nemo.refresh_from_db()
    assert (nemo.phone, levels_of(nemo), nemo.memberships.count()) == ("12", {}, 0)


# C-08
def test_groups_that_give_more_than_one_may_pass_on_are_not_offered(
    unit: Unit, campaign_team: Group, readers: Group, nemo: Account
) -> None:
    keys = ["accounts:update", "group_members:create", "group_members:delete", "access:assign"]
    helper = AccountFactory(unit=unit, permissions=keys, levels={"customers": 1})
    form = signed_in(helper).get(path("account_edit", nemo)).context["form"]
    assert [label for _value, label in form.fields["groups"].choices] == ["Readers"]


def test_a_group_that_one_may_not_take_away_stays(
    unit: Unit, campaign_team: Group, gwen: Account, readers: Group
) -> None:
    keys = ["accounts:get", "accounts:update", "group_members:create", "access:delegate"]
    helper = AccountFactory(unit=unit, permissions=keys)
    edit(helper, gwen, unit, groups=[readers.pk])
    assert set(gwen.memberships.live().values_list("group__display_name", flat=True)) == {
        "Campaign team", "Readers",
    }  # fmt: skip


# T9
def test_a_new_address_of_a_pending_account_voids_the_link_and_says_so(unit: Unit, ada: Account) -> None:
    add(ada, invite="on")
    account = newest()
    response = edit(ada, account, unit, email="other@example.org")
    assert "Resend Invite sends a new one" in messages_of(response)[0]
    assert account.invitations.outstanding().count() == 0


def test_the_look_ahead_says_whether_an_invitation_goes_out(ada: Account) -> None:
    mail = "A mail goes to New.Person@example.org: Invitation."

    assert mail in text_of(add(ada, invite="on", preview="1"))
    assert mail not in text_of(add(ada, preview="1"))
    assert not OutgoingMail.objects.exists()
