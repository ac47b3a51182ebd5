"""Before a save that changes anybody's access, the page says who gains and loses what; then it does that."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import may
from accounts.checks import named_views
from accounts.models import Account
from accounts.views.steps import StepPage
from adminrights.change import SYSTEM, preview
from adminrights.consequences import consequences, texts
from adminrights.models import JournalEntry, Unit
from adminrights.views.confirm import ConfirmPage
from adminrights.views.previewed import Previewed
from groups.models import Group
from groups.services import add_members, remove_members
from roles.models import Role
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.editing import opened, send
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.terminal import run

# Pages that write, and give or take no right; the last three ask in words of their own.
NO_RIGHTS = {
    "mail_webhook", "policy_report", "unit_switch", "unit_rename", "accounts:unit_limits",
    "accounts:sign_in", "account_login", "mfa_authenticate", "accounts:passkey_sign_in", "accounts:sign_out",
    "accounts:password_reset", "accounts:password_set", "accounts:prove", "accounts:address_confirm",
    "accounts:invitation_accept", "accounts:invitation_resend", "accounts:account_address",
    "accounts:account_details", "accounts:account_unlock", "accounts:account_sessions_end",
    "accounts:mail_again", "accounts:mail_again_all", "accounts:sign_in_limit_lift",
    "accounts:my_profile", "accounts:my_app_add", "accounts:my_passkey_add", "accounts:my_codes",
    "accounts:my_address", "accounts:my_sessions_end", "accounts:my_session_end",
    "accounts:my_factor_remove", "accounts:my_password",
    "groups:group_create", "groups:group_edit", "roles:role_create", "roles:role_edit", "roles:role_copy",
    "accounts:bulk_add", "accounts:bulk_remove", "accounts:bulk_resend",
    "accounts:bulk_end", "accounts:bulk_disable", "accounts:bulk_reactivate",
    # Whoever makes an item has it no more than before; it is handed over behind a preview.
    "accounts:item_create",
    # A request gives nothing by itself; it is approved behind a preview.
    "accounts:ask", "accounts:request_withdraw", "accounts:request_decline", "accounts:request_close",
    # What changes later is judged by them; themselves they give and take nothing.
    "collected_discard", "collected_discard_all",
    "accounts:review_decide", "accounts:review_line",
    "accounts:access_rule_create", "accounts:access_rule_edit", "accounts:waiver_create",
}  # fmt: skip


@pytest.fixture
def as_ada(ada: Account) -> Client:
    return signed_in(ada)


@pytest.fixture
def editors(unit: Unit) -> Role:
    return RoleFactory(unit=unit, display_name="Editors", rules=["contacts:list", "contacts:get"])


def roles_page(group: Group) -> str:
    return reverse("groups:group_roles", args=[group.pk])


def carried(group: Group) -> set[str]:
    return set(group.role_facts.live().values_list("role__name", flat=True))


def look(client: Client, page: str, data: dict[str, Any]) -> Any:
    return client.post(page, opened(client, page) | data | {"preview": "1"})


def test_every_page_that_changes_access_says_it_first() -> None:
    told = (ConfirmPage, Previewed, StepPage)
    writing = {
        name
        for name, view in named_views()
        if hasattr(getattr(view, "view_class", None), "post") and not issubclass(view.view_class, told)
    }
    reading = {"accounts:account_create_matrix", "accounts:account_edit_matrix"}
    assert writing - reading == NO_RIGHTS


def test_preview_shows_who_gains_and_saves_nothing(
    as_ada: Client, campaign_team: Group, campaigns_admin: Role, editors: Role, gwen: Account
) -> None:
    wanted = {"roles": [campaigns_admin.pk, editors.pk]}
    entries = JournalEntry.objects.count()

    looked = look(as_ada, roles_page(campaign_team), wanted)

    assert "Nothing is saved yet. Saving would do this: Gwen Group gains: Contacts (List, View)" in text_of(
        looked
    )
    assert carried(campaign_team) == {"campaigns_admin"}
    assert JournalEntry.objects.count() == entries
    assert [int(pk) for pk in looked.context["form"]["roles"].value()] == wanted["roles"]

    again = as_ada.post(roles_page(campaign_team), sent_again(looked, wanted))
    assert again.status_code == 302
    assert carried(campaign_team) == {"campaigns_admin", editors.name}


def sent_again(looked: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the browser sends when Save is pressed on the page that shows the preview."""
    return data | {"opened": looked.context["opened"], "previewed": looked.context["previewed"]}


@pytest.mark.parametrize("case", ["a loss", "administration", "many people"])
def test_what_reaches_people_whom_the_page_does_not_show_is_asked_first(
    case: str,
    as_ada: Client,
    unit: Unit,
    campaign_team: Group,
    campaigns_admin: Role,
    editors: Role,
    gwen: Account,
) -> None:
    wanted: dict[str, Any] = {"roles": []}
    if case == "administration":
        chief = RoleFactory(unit=unit, rules=["accounts:update", "accounts:get", "accounts:list"])
        wanted = {"roles": [campaigns_admin.pk, chief.pk]}
    if case == "many people":
        add_members(campaign_team, [AccountFactory(unit=unit) for _n in range(10)], actor=SYSTEM)
        wanted = {"roles": [campaigns_admin.pk, editors.pk]}
    sent = opened(as_ada, roles_page(campaign_team)) | wanted

    asked = as_ada.post(roles_page(campaign_team), sent)

    assert "Look at what this does to people. Save again if it is what you want." in text_of(asked)
    assert carried(campaign_team) == {"campaigns_admin"}
    assert as_ada.post(roles_page(campaign_team), sent_again(asked, wanted)).status_code == 302
    assert carried(campaign_team) != {"campaigns_admin"}


def test_a_small_gain_is_saved_at_once(
    as_ada: Client, campaign_team: Group, campaigns_admin: Role, editors: Role, gwen: Account
) -> None:
    data = opened(as_ada, roles_page(campaign_team)) | {"roles": [campaigns_admin.pk, editors.pk]}
    assert as_ada.post(roles_page(campaign_team), data).status_code == 302


def test_if_the_state_moved_since_the_look_nothing_is_saved_and_the_new_preview_is_shown(
    as_ada: Client, unit: Unit, campaign_team: Group, gwen: Account
) -> None:
    wanted: dict[str, Any] = {"roles": []}
    looked = look(as_ada, roles_page(campaign_team), wanted)
    assert "Gwen Group loses" in text_of(looked)
    late = AccountFactory(unit=unit, first_name="Lea", last_name="Later")
    add_members(campaign_team, [late], actor=SYSTEM)

    refused = as_ada.post(roles_page(campaign_team), sent_again(looked, wanted))

    assert refused.status_code == 409
    assert "Something changed since you looked. Nothing is saved" in text_of(refused)
    assert "Gwen Group, Lea Later lose" in text_of(refused)
    assert carried(campaign_team) == {"campaigns_admin"}
    assert as_ada.post(roles_page(campaign_team), sent_again(refused, wanted)).status_code == 302
    assert carried(campaign_team) == set()


def test_a_form_that_was_changed_after_the_look_is_shown_again(
    as_ada: Client, campaign_team: Group, campaigns_admin: Role, editors: Role, gwen: Account
) -> None:
    looked = look(as_ada, roles_page(campaign_team), {"roles": [campaigns_admin.pk, editors.pk]})

    refused = as_ada.post(roles_page(campaign_team), sent_again(looked, {"roles": [editors.pk]}))

    assert refused.status_code == 409
    assert "The form was changed since you looked." in text_of(refused)
    assert carried(campaign_team) == {"campaigns_admin"}


@pytest.mark.parametrize("previewed", ["", "forged", "eyJ:x:y", "é" * 3000])
def test_a_preview_that_nobody_showed_counts_for_nothing(
    previewed: str, as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    data = opened(as_ada, roles_page(campaign_team)) | {"roles": [], "previewed": previewed}

    assert "Save again if it is what you want" in text_of(as_ada.post(roles_page(campaign_team), data))
    assert carried(campaign_team) == {"campaigns_admin"}


def test_the_preview_of_one_page_is_none_on_another(
    as_ada: Client, unit: Unit, campaign_team: Group, editors: Role, gwen: Account
) -> None:
    other = GroupFactory(unit=unit, roles=[editors], members=[gwen])
    token = look(as_ada, roles_page(other), {"roles": []}).context["previewed"]
    data = opened(as_ada, roles_page(campaign_team)) | {"roles": [], "previewed": token}

    assert "Save again if it is what you want" in text_of(as_ada.post(roles_page(campaign_team), data))


def test_a_rule_says_who_gains_it_and_asks_before_it_takes(
    as_ada: Client, campaigns_admin: Role, gwen: Account
) -> None:
    page = reverse("roles:rule_edit", args=[campaigns_admin.pk, "ad_campaigns"])

    looked = look(as_ada, page, {"target": "ad_campaigns", "actions": ["list"]})

    assert "Gwen Group loses: Ad campaigns (View, Create, Update, Delete)" in text_of(looked)
    assert may(gwen, "ad_campaigns:delete", gwen.unit_accesses.get().unit)


def test_the_page_that_deletes_does_what_it_showed_or_nothing(
    as_ada: Client, unit: Unit, campaign_team: Group, gwen: Account
) -> None:
    page = reverse("groups:group_delete", args=[campaign_team.pk])
    shown = as_ada.get(page).context["previewed"]
    remove_members(campaign_team, [gwen], actor=SYSTEM)

    refused = as_ada.post(page, {"previewed": shown})

    assert refused.status_code == 409
    assert "Nobody gains or loses anything by this." in text_of(refused)
    assert Group.objects.present().filter(pk=campaign_team.pk).exists()
    assert as_ada.post(page, {"previewed": refused.context["previewed"]}).status_code == 302
    assert not Group.objects.present().filter(pk=campaign_team.pk).exists()


@pytest.mark.parametrize("step", ["account_disable", "account_remove"])
def test_a_step_of_an_account_does_what_it_showed_or_nothing(
    step: str, as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    page = reverse(f"accounts:{step}", args=[gwen.pk])
    shown = as_ada.get(page)
    assert "Gwen Group loses: Ad campaigns (" in text_of(shown)
    remove_members(campaign_team, [gwen], actor=SYSTEM)

    refused = as_ada.post(page, {"previewed": shown.context["previewed"], "reason": "leaves"})

    assert refused.status_code == 409
    assert "Something changed since you looked." in text_of(refused)
    assert 'value="leaves"' in refused.content.decode()
    gwen.refresh_from_db()
    assert gwen.status == "active"
    assert as_ada.post(page, {"previewed": refused.context["previewed"]}).status_code == 302


def test_reactivating_says_what_comes_back(as_ada: Client, unit: Unit) -> None:
    dora = AccountFactory(
        unit=unit,
        first_name="Dora",
        last_name="Back",
        status="disabled",
        confirmed=True,
        levels={"contacts": 1},
    )
    page = reverse("accounts:account_reactivate", args=[dora.pk])
    assert "Dora Back gains: " in text_of(as_ada.get(page))
    assert as_ada.post(page).status_code == 302


def test_an_account_says_before_it_is_added_what_it_will_have(as_ada: Client, campaign_team: Group) -> None:
    page = reverse("accounts:account_create")
    person = {"first_name": "Nina", "last_name": "New", "email": "nina@example.org"}
    data = person | {"groups": [campaign_team.pk], "invite": "on"}

    looked = as_ada.post(page, data | {"preview": "1"})

    assert "Nina New gains, once active: Ad campaigns (" in text_of(looked)
    assert 'value="nina@example.org"' in looked.content.decode()
    assert not Account.objects.filter(email="nina@example.org").exists()
    assert as_ada.post(page, data | {"previewed": looked.context["previewed"]}).status_code == 302
    assert Account.objects.filter(email="nina@example.org").exists()


def test_the_form_of_an_account_says_what_it_takes(
    as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    page = reverse("accounts:account_edit", args=[gwen.pk])
    details = {name: getattr(gwen, name) for name in ("first_name", "last_name", "email", "phone")}

    looked = look(as_ada, page, details)

    assert "Gwen Group loses: Ad campaigns (" in text_of(looked)
    assert gwen.memberships.live().exists()


@pytest.mark.parametrize("step", ["add", "remove"])
def test_a_membership_can_be_looked_at_first(
    step: str, as_ada: Client, campaign_team: Group, gwen: Account, nemo: Account
) -> None:
    who, verb = (nemo, "gains") if step == "add" else (gwen, "loses")
    page = reverse(f"groups:member_{step}", args=[campaign_team.pk])

    looked = as_ada.post(page, {"account": who.pk, "preview": "1"})

    assert f"{who.name} {verb}: Ad campaigns (" in text_of(looked)
    assert f'name="account" value="{who.pk}"' in looked.content.decode()
    assert who.memberships.live().exists() == (step == "remove")
    as_ada.post(page, {"account": who.pk, "previewed": looked.context["previewed"]})
    assert who.memberships.live().exists() == (step == "add")


def test_of_many_people_the_line_names_some_and_the_rest_can_be_opened(
    unit: Unit, campaign_team: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adminrights.consequences.MOST_LISTED", 10)
    crowd = [AccountFactory(unit=unit, first_name="Kim", last_name=f"Crowd{n:03}") for n in range(13)]

    first, *rest = consequences(preview(lambda: add_members(campaign_team, crowd, actor=SYSTEM)))
    assert not rest
    assert first["text"].startswith("Kim Crowd000, Kim Crowd001, ")
    assert "Kim Crowd005 and 7 more gain: Ad campaigns (" in first["text"]
    assert first["details"] == "8 rights, 13 people"
    assert (len(first["people"]), first["people_more"]) == (10, 3)
    assert [label for label, _rights in first["areas"]] != []


def test_several_units_are_named(unit: Unit, campaigns_admin: Role, nemo: Account) -> None:
    north = UnitFactory(name="North", parent=unit)
    AccountFactory(unit=unit)
    group = GroupFactory(unit=unit, roles=[campaigns_admin])
    assert "Nemo Nobody gains in Northwind: " in texts(preview(joins(group, nemo)))[0]
    assert north.parent == unit


def joins(group: Group, account: Account) -> Callable[[], object]:
    return lambda: add_members(group, [account], actor=SYSTEM)


def test_a_dry_run_prints_the_lines_of_the_page(unit: Unit, gwen: Account, as_ada: Client) -> None:
    page = as_ada.get(reverse("accounts:account_disable", args=[gwen.pk]))
    line = next(each["text"] for each in page.context["effects"] if "loses" in each["text"])

    dry = run("disable_account", gwen.email, "--dry-run")
    assert line in dry.err
    dry = run("disable_account", gwen.email, "--dry-run", "--format", "json")
    assert line in json.loads(dry.out)["effects"]


def test_a_dry_run_of_a_table_sums_all_its_lines_up(unit: Unit, campaign_team: Group, tmp_path: Any) -> None:
    table = tmp_path / "people.csv"
    head = "email,first_name,last_name,groups\n"
    table.write_text(head + "".join(f"p{n}@example.org,Pat,New{n},Campaign team\n" for n in range(8)))

    dry = run("invite", "--csv", str(table), "--dry-run")

    assert "Pat New5 and 2 more gain, once active: Ad campaigns (" in dry.err
    assert not Account.objects.filter(last_name__startswith="New").exists()


def test_saving_says_what_it_did_to_the_person(as_ada: Client, unit: Unit, ada: Account) -> None:
    nina = AccountFactory(unit=unit, first_name="Nina", last_name="New")
    page = reverse("accounts:account_permissions", args=[nina.pk])
    answer = send(as_ada, page, {"p-offers:list": "yes"}, follow=True)
    assert messages_of(answer) == ["Saved. Nina New gains: Offers (List)."]
