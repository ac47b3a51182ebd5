"""Undo beside the message: offered to whoever made the change, where taking it back would be done."""

import re
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import update_group
from tests.accounts.pages import path, signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory

UNDO = re.compile(r'class="notice-undo" href="([^"]+)"')


def undo_in(response: Any) -> str:
    """Return where Undo leads; empty where it isn't offered."""
    found = UNDO.search(response.content.decode())
    return unescape(found[1]) if found else ""


def disable(browser: Client, account: Account) -> Any:
    return browser.post(path("account_disable", account), follow=True)


def rename(browser: Client, group: Group, name: str) -> Any:
    form = {"display_name": name, "name": group.name, "description": ""}
    return send(browser, reverse("groups:group_edit", args=[group.pk]), form, follow=True)


def test_undo_asks_first_then_leads_back_to_the_page_where_it_was_pressed(
    ada: Account, nemo: Account
) -> None:
    browser = signed_in(ada)
    url = undo_in(disable(browser, nemo))

    asked = browser.get(url)
    assert "“Account disabled”, done by Ada Admin, is undone." in text_of(asked)
    done = browser.post(url, follow=True)

    assert done.request["PATH_INFO"] == nemo.get_absolute_url()
    assert "Undone: “Account disabled”." in text_of(done)
    assert Account.objects.get(pk=nemo.pk).status == "active"


def test_what_an_undo_did_can_be_undone(ada: Account, campaign_team: Group) -> None:
    browser = signed_in(ada)
    undone = browser.post(undo_in(rename(browser, campaign_team, "Press")), follow=True)
    assert Group.objects.get(pk=campaign_team.pk).display_name == "Campaign team"

    browser.post(undo_in(undone))

    assert Group.objects.get(pk=campaign_team.pk).display_name == "Press"


def test_undo_of_what_was_made_leads_to_the_log_as_its_page_is_gone(ada: Account) -> None:
    browser = signed_in(ada)
    form = {"display_name": "Night shift", "name": "night_shift"}
    made = browser.post(reverse("groups:group_create"), form, follow=True)

    undone = browser.post(undo_in(made), follow=True)

    assert undone.status_code == 200
    assert undone.request["PATH_INFO"] == JournalEntry.objects.get(event="group.created").get_absolute_url()


def test_many_disabled_at_once_come_back_at_once(ada: Account, nemo: Account, grant: Account) -> None:
    browser = signed_in(ada)
    step = reverse("accounts:bulk_disable")
    people = {"pk": [nemo.pk, grant.pk]}
    shown = re.search(r'name="shown" value="([^"]+)"', browser.post(step, people).content.decode())
    assert shown
    done = browser.post(step, {**people, "do": "1", "shown": shown[1]}, follow=True)

    browser.post(undo_in(done))

    people_now = Account.objects.filter(pk__in=[nemo.pk, grant.pk])
    assert {account.status for account in people_now} == {"active"}


def test_no_undo_where_there_is_something_else_to_do(ada: Account, penny: Account) -> None:
    told = signed_in(ada).post(path("invitation_resend", penny), follow=True)

    assert "sent" in text_of(told)
    assert undo_in(told) == ""


def test_no_undo_for_whoever_may_not_read_the_log(unit: Unit, campaign_team: Group) -> None:
    editor = AccountFactory(unit=unit, permissions=["groups:list", "groups:get", "groups:update"])

    told = rename(signed_in(editor), campaign_team, "Press")

    assert Group.objects.get().display_name == "Press"
    assert undo_in(told) == ""


def test_no_undo_for_whoever_may_do_it_but_not_the_way_back(unit: Unit, campaign_team: Group) -> None:
    keys = ["access_log:list", "groups:list", "groups:get", "groups:delete"]
    cleaner = AccountFactory(unit=unit, permissions=keys)

    told = signed_in(cleaner).post(reverse("groups:group_delete", args=[campaign_team.pk]), follow=True)

    assert Group.objects.get(pk=campaign_team.pk).deleted_at
    assert undo_in(told) == ""


def test_no_undo_where_somebody_was_faster(ada: Account, otto: Account, campaign_team: Group) -> None:
    browser = signed_in(ada)
    form = {"display_name": "Press", "name": campaign_team.name, "description": ""}
    send(browser, reverse("groups:group_edit", args=[campaign_team.pk]), form)
    update_group(Group.objects.get(), display_name="Newsroom", actor=otto)

    assert undo_in(browser.get(reverse("groups:group_list"))) == ""


def test_a_form_sent_twice_offers_undo_twice(ada: Account, campaign_team: Group) -> None:
    browser = signed_in(ada)
    page = reverse("groups:group_edit", args=[campaign_team.pk])
    shown = browser.get(page)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', shown.content.decode())
    assert token
    form = {"display_name": "Press", "name": campaign_team.name, "description": ""}
    form |= {"opened": shown.context["opened"], "csrfmiddlewaretoken": token[1]}

    first, second = (browser.post(page, form, follow=True) for _ in range(2))

    assert undo_in(first) == undo_in(second) != ""


def test_undo_leads_to_no_other_site(ada: Account, nemo: Account) -> None:
    browser = signed_in(ada)
    url = undo_in(disable(browser, nemo)).partition("?")[0]

    for elsewhere in ("https://example.com/", "//example.com/", "javascript:alert(1)"):
        answer = browser.get(url, {"next": elsewhere})
        assert elsewhere not in answer.context["cancel_url"]
    assert browser.post(f"{url}?next=//example.com/")["Location"].startswith("/")


def test_the_next_person_in_the_same_browser_is_offered_nothing(
    ada: Account, otto: Account, nemo: Account
) -> None:
    browser = signed_in(ada)
    browser.post(path("account_disable", nemo))
    message = browser.cookies["messages"].value
    other = signed_in(otto)
    other.cookies["messages"] = message

    told = other.get(nemo.get_absolute_url())

    assert "disabled" in text_of(told)
    assert undo_in(told) == ""


def test_a_page_without_a_message_costs_nothing_more(ada: Account, nemo: Account) -> None:
    browser = signed_in(ada)
    page = nemo.get_absolute_url()
    disable(browser, nemo)
    with CaptureQueriesContext(connection) as caught:
        browser.get(page)

    assert not [each for each in caught if "SAVEPOINT" in each["sql"]]


def test_undo_writes_no_header_of_somebody_else(ada: Account, nemo: Account) -> None:
    browser = signed_in(ada)
    url = undo_in(disable(browser, nemo)).partition("?")[0]

    done = browser.post(f"{url}?next=/%0d%0aX-Evil:%20yes", headers={"hx-request": "true"})

    assert done.status_code == 200
    assert "X-Evil" not in done.headers
    assert done["HX-Redirect"] == "/%0D%0AX-Evil:%20yes"


def test_undo_says_beforehand_which_mail_it_sends(ada: Account, nemo: Account) -> None:
    browser = signed_in(ada)
    asked = browser.get(undo_in(disable(browser, nemo)))

    assert f"A mail goes to {nemo.email}: Notice that the account was reactivated." in text_of(asked)
