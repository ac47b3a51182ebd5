"""Whoever may give it sees what is asked for and what would allow it, and says yes or no; both are told."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective, may
from accounts.first_steps import MOST_ACCOUNTS
from accounts.models import AccessRequest, Account, Grant
from accounts.services.grants import set_levels, set_permissions
from accounts.services.lifecycle import disable_account
from accounts.services.requests import approve_request, close_request, decline_request
from accounts.services.rules import Wanted, start_rule
from accounts.why.steps import Step
from accounts.why.suggestions import ask, is_suggested
from adminrights.change import SYSTEM
from adminrights.days import end_of, in_words
from adminrights.exceptions import GuardRefused, Invalid, MayNotPassOn, NotAllowed, OwnRights
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.asking.acts import EXPORT, approve, asked_by, page
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.post import deliver
from tests.terminal import run
from tests.test_queries import cost

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:request_list")
ONE = Step("key", EXPORT)
IN_A_WEEK = timedelta(days=7)


@pytest.fixture
def ends() -> Any:
    return end_of((timezone.localtime() + IN_A_WEEK).date())


@pytest.fixture
def asked(nemo: Account, unit: Unit, ada: Account, ends: Any) -> AccessRequest:
    """Nemo, who may list and open contacts, asks to export them for a week."""
    set_permissions(nemo, {"contacts:list": True, "contacts:get": True}, actor=SYSTEM, unit=unit)
    return asked_by(nemo, unit, until=ends)


@pytest.fixture
def as_ada(ada: Account) -> Client:
    return signed_in(ada)


def rights(account: Account, unit: Unit) -> frozenset[str]:
    return frozenset(effective(Account.objects.get(pk=account.pk), unit).effective)


def test_the_menu_counts_what_waits_for_whoever_may_answer(
    asked: AccessRequest, as_ada: Client, nemo: Account, grant: Account
) -> None:
    assert "Requests1 waiting" in text_of(as_ada.get("/me/")).replace(" 1", "1")
    assert "Requests" not in [str(link.label) for link in links(signed_in(grant))]

    listed = as_ada.get(LIST)
    assert [row.record for row in listed.context["table"].paginated_rows] == [asked]
    assert as_ada.get(LIST, {"state": "answered"}).context["count"] == 0
    assert as_ada.get(LIST, {"q": "nobody"}).context["count"] == 1
    assert as_ada.get(LIST, {"q": "zzzz"}).context["count"] == 0


def test_it_counts_and_names_nobody_who_could_not_give_it(
    unit: Unit, asked: AccessRequest, nemo: Account, ada: Account
) -> None:
    """Whoever passes on one's own access gives only what one has."""
    rights = ["accounts:list", "accounts:get", "access:assign"]
    without = AccountFactory(unit=unit, first_name="Wanda", last_name="Without", permissions=rights)
    holder = AccountFactory(unit=unit, first_name="Hal", last_name="Holder", permissions=[*rights, EXPORT])

    assert "1 waiting" not in text_of(signed_in(without).get("/me/"))
    assert "1 waiting" in text_of(signed_in(holder).get("/me/"))
    why = text_of(signed_in(nemo).get(reverse("accounts:my_why", args=[EXPORT])))
    assert holder.name in why
    assert ada.name in why
    assert without.name not in why


def links(client: Client) -> list[Any]:
    return [link for menu in client.get("/me/").context["navigation"] for link in menu.links]


@pytest.mark.parametrize("keys", [["accounts:get"], ["access:delegate"], []])
def test_the_requests_need_sight_of_people_and_the_handing_out_of_rights(
    keys: list[str], unit: Unit, asked: AccessRequest
) -> None:
    client = signed_in(AccountFactory(unit=unit, permissions=keys))

    for name in ("detail", "approve", "decline"):
        assert client.get(page(name, asked)).status_code == 403
    assert client.post(page("close", asked)).status_code == 403
    assert client.get(LIST).status_code == 403
    assert JournalEntry.objects.latest("sequence").event == "access.refused"


def test_the_request_shows_the_smallest_changes_that_the_reader_may_do(
    asked: AccessRequest, as_ada: Client, unit: Unit
) -> None:
    GroupFactory(
        unit=unit, display_name="Exporters", roles=[RoleFactory(unit=unit, rules=[EXPORT, "offers:list"])]
    )

    shown = as_ada.get(page("detail", asked))

    words = {each["words"]: each["effects"].sentence for each in shown.context["doable"]}
    assert words["the single right “Export contacts”"] == "It brings no other right."
    assert words["membership of the group Exporters"].startswith("It brings 1 other right")
    assert "For the audit" in text_of(shown)


def test_it_is_given_as_it_was_shown_until_the_day_and_both_are_told(
    asked: AccessRequest, as_ada: Client, nemo: Account, ada: Account, unit: Unit, ends: Any
) -> None:
    before = rights(nemo, unit)
    address = page("approve", asked, step=ONE.token, until=str(timezone.localtime(ends).date()))
    looked = as_ada.get(address)

    assert "Nemo Nobody gains: Contacts (Export)" in text_of(looked)
    assert f"At {in_words(ends)} Nemo Nobody loses in Northwind: Contacts (Export)" in text_of(looked)
    assert rights(nemo, unit) == before

    done = as_ada.post(address, {"previewed": looked.context["previewed"]}, follow=True)

    assert messages_of(done) == ["Approved. Nemo Nobody is told by mail."]
    assert rights(nemo, unit) == before | {EXPORT}
    assert Grant.objects.get(account=nemo, permission=EXPORT).expires_at == ends
    asked.refresh_from_db()
    assert (asked.state_now, asked.answered_by, asked.given_until) == ("approved", ada, ends)
    letter = deliver()[-1]
    assert letter.to == [nemo.email]
    assert "Ada Admin gave you" in str(letter.body)
    assert in_words(ends) in str(letter.body)
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor, entry.target_id) == ("request.approved", ada, nemo.pk)
    assert "Approved" in text_of(signed_in(nemo).get("/me/"))
    with time_machine.travel(ends + timedelta(seconds=1)):
        assert not may(nemo, EXPORT, unit)


def test_whoever_answers_may_choose_another_day(asked: AccessRequest, as_ada: Client, nemo: Account) -> None:
    day = str((timezone.localtime() + timedelta(days=2)).date())
    shown = as_ada.get(page("detail", asked, until=day))
    (url,) = {e["url"] for e in shown.context["doable"] if "single" in e["words"]}

    looked = as_ada.get(url)
    as_ada.post(url, {"previewed": looked.context["previewed"]})

    given = Grant.objects.get(account=nemo, permission=EXPORT)
    assert str(timezone.localtime(given.expires_at).date()) == day
    refused = as_ada.get(page("detail", asked, until="2001-01-01"))
    assert "form" not in refused.context or "over" in text_of(refused)


def test_what_can_not_end_by_itself_is_said_before_and_not_given_with_an_end(
    asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit, ada: Account, ends: Any
) -> None:
    """A level in the place of a lower one would at its end leave less than there was before."""
    set_levels(nemo, {"contacts": 1}, actor=SYSTEM, unit=unit)
    raised = next(step for step in ("level~contacts@3", "level~contacts@2") if level_helps(nemo, unit, step))

    shown = as_ada.get(page("detail", asked))

    (said,) = [each for each in shown.context["others"] if "Contacts" in each["words"]]
    assert "can't end by itself" in said["refusal"]
    kind, _sign, what = raised.partition("~")
    with pytest.raises(Invalid, match="can't end by itself"):
        approve_request(asked, [Step(kind, what)], actor=ada, ends=ends)
    forever = as_ada.get(page("detail", asked, until=""))
    assert any("Contacts" in each["words"] for each in forever.context["doable"])
    approve(as_ada, asked, raised)
    assert may(nemo, EXPORT, unit)
    assert not Grant.objects.live().filter(account=nemo, module="contacts").exclude(expires_at=None).exists()


def level_helps(account: Account, unit: Unit, step: str) -> bool:
    kind, _sign, what = step.partition("~")
    return is_suggested(ask(account, unit, EXPORT, SYSTEM), [Step(kind, what)])


@pytest.mark.parametrize(
    "tokens",
    [[f"key~{EXPORT}", "key~offers:list"], ["level~admin_rights@2"], ["key~offers:list"], []],
)
def test_nothing_more_than_what_was_asked_for_is_given(
    tokens: list[str], asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit
) -> None:
    before = rights(nemo, unit)

    answer = as_ada.post(page("approve", asked, step=tokens, until=""), follow=True)

    assert answer.status_code == 404 or "isn't one of the smallest changes" in text_of(answer)
    assert rights(nemo, unit) == before
    asked.refresh_from_db()
    assert asked.is_open


def test_nobody_answers_his_own_request(unit: Unit, ada: Account, otto: Account) -> None:
    own = asked_by(ada, unit)

    assert signed_in(ada).get(LIST).context["count"] == 0
    assert signed_in(ada).get(page("detail", own)).status_code == 404
    for answer in (
        lambda: approve_request(own, [ONE], actor=ada),
        lambda: decline_request(own, answer="No", actor=ada),
        lambda: close_request(own, actor=ada),
    ):
        with pytest.raises(OwnRights):
            answer()
    approve_request(
        own, [Step("key", key) for key in ("contacts:get", EXPORT, "contacts:list")][1:2], actor=otto
    )


def test_who_may_not_pass_it_on_reads_it_and_answers_nothing(
    asked: AccessRequest, helen: Account, nemo: Account, unit: Unit
) -> None:
    client = signed_in(helen)

    shown = client.get(page("detail", asked))

    assert "You may not pass this on yourself, so somebody else has to answer." in text_of(shown)
    assert shown.context["doable"] == []
    assert shown.context["buttons"] == []
    for answer in (
        lambda: approve_request(asked, [ONE], actor=helen),
        lambda: decline_request(asked, answer="No", actor=helen),
    ):
        with pytest.raises((MayNotPassOn, NotAllowed)):
            answer()
    assert not may(nemo, EXPORT, unit)
    asked.refresh_from_db()
    assert asked.is_open
    assert client.post(page("decline", asked), {"answer": "No"}).status_code == 422


def test_who_lost_the_right_to_pass_it_on_since_the_mail_can_not_answer(
    asked: AccessRequest, ada: Account, otto: Account
) -> None:
    set_levels(ada, {"admin_rights": 1}, actor=SYSTEM, unit=asked.unit)

    with pytest.raises(NotAllowed):
        approve_request(asked, [ONE], actor=ada)
    # The mail that was promised to her is needed no more.
    assert deliver() == []


def test_an_access_rule_stands_above_a_request(asked: AccessRequest, ada: Account, unit: Unit) -> None:
    start_rule(Wanted("nobody", EXPORT), unit=unit, actor=SYSTEM)

    with pytest.raises(GuardRefused):
        approve_request(asked, [ONE], actor=ada)
    assert signed_in(ada).get(page("detail", asked)).context["doable"] == []


def test_it_is_declined_with_a_reason_and_the_person_is_told(
    asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit
) -> None:
    deliver()
    assert as_ada.post(page("decline", asked), {"answer": " "}).status_code == 422

    done = as_ada.post(page("decline", asked), {"answer": "Ask Gwen instead."}, follow=True)

    assert messages_of(done) == ["Declined. Nemo Nobody is told by mail."]
    (letter,) = deliver()
    assert letter.to == [nemo.email]
    assert "Ask Gwen instead." in str(letter.body)
    assert "Answer: Ask Gwen instead." in text_of(signed_in(nemo).get("/me/"))
    assert not may(nemo, EXPORT, unit)
    assert as_ada.get(LIST, {"state": "answered"}).context["count"] == 1


def test_it_is_answered_once(asked: AccessRequest, as_ada: Client, otto: Account) -> None:
    shown = as_ada.get(page("approve", asked, step=ONE.token))
    decline_request(asked, answer="No", actor=otto)

    late = as_ada.post(
        page("approve", asked, step=ONE.token), {"previewed": shown.context["previewed"]}, follow=True
    )

    assert "doesn't wait for an answer any more" in text_of(late)
    assert "doesn't wait" in text_of(as_ada.post(page("decline", asked), {"answer": "No"}))
    assert OutgoingMail.objects.filter(message="access_declined").count() == 1
    assert not OutgoingMail.objects.filter(message="access_given").exists()


def test_who_has_it_by_now_is_shown_so_and_the_request_is_closed(
    asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit
) -> None:
    assert "Give it, or decline" in text_of(as_ada.post(page("close", asked), follow=True))
    set_permissions(nemo, {EXPORT: True}, actor=SYSTEM, unit=unit)
    shown = as_ada.get(page("detail", asked))
    assert "Nemo Nobody may do this by now." in text_of(shown)
    assert "doable" not in shown.context
    with pytest.raises(Invalid, match="Close the request"):
        approve_request(asked, [ONE], actor=SYSTEM)

    done = as_ada.post(page("close", asked), follow=True)

    assert messages_of(done) == ["Closed. Nemo Nobody is told by mail."]
    asked.refresh_from_db()
    assert asked.state_now == "settled"
    assert "It was given to you before your request was answered" in str(deliver()[-1].body)


def test_nothing_is_given_to_an_account_that_is_not_active(
    asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit, ada: Account
) -> None:
    disable_account(nemo, actor=SYSTEM, unit=unit)

    assert as_ada.get(page("detail", asked)).context["doable"] == []
    with pytest.raises(Invalid, match="can't work here"):
        approve_request(asked, [Step("activate"), ONE], actor=ada)


def test_a_unit_sees_and_answers_its_own_requests_alone(unit: Unit, otto: Account) -> None:
    north, south = (UnitFactory(name=name, parent=unit) for name in ("North", "South"))
    person = AccountFactory(unit=south)
    request = asked_by(person, south)
    northern = signed_in(AccountFactory(unit=north, levels={"admin_rights": 2}))

    assert northern.get(LIST).context["count"] == 0
    assert northern.get(page("detail", request)).status_code == 404
    assert northern.post(page("decline", request), {"answer": "No"}).status_code == 404


def test_an_approval_is_taken_back_in_the_log(
    asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit, campaign_team: Group
) -> None:
    approve(as_ada, asked)
    entry = JournalEntry.objects.get(event="request.approved")
    path = reverse("accounts:log_entry_take_back", args=[entry.pk])

    looked = as_ada.get(path)
    as_ada.post(path, {"previewed": looked.context["previewed"]})

    assert not may(nemo, EXPORT, unit)
    asked.refresh_from_db()
    assert asked.state == "approved"


def test_the_command_lists_what_waits_and_what_was_answered(asked: AccessRequest, otto: Account) -> None:
    (told,) = json.loads(run("list_requests", "--format", "json").out)
    assert (told["email"], told["permission"], told["state"]) == (asked.account.email, EXPORT, "open")
    assert "Export contacts in Northwind, until" in run("list_requests").out

    decline_request(asked, answer="Not needed", actor=otto)

    assert json.loads(run("list_requests", "--format", "json").out) == []
    (told,) = json.loads(run("list_requests", "--all", "--format", "json").out)
    assert (told["state"], told["answer"], told["answered_by"]) == ("declined", "Not needed", otto.email)


@pytest.mark.parametrize("name", ["list", "detail", "me", "accounts"])
def test_a_page_costs_the_same_however_many_ask(
    name: str, asked: AccessRequest, as_ada: Client, nemo: Account, unit: Unit
) -> None:
    paths = {"list": LIST, "detail": page("detail", asked), "me": "/me/", "accounts": "/accounts/"}
    client = signed_in(nemo) if name == "me" else as_ada
    # A new organisation is shown its first steps, which cost statements of their own.
    AccountFactory.create_batch(MOST_ACCOUNTS, unit=unit)
    few = cost(client, paths[name])

    for key in ("offers:list", "offers:get", "segments:list"):
        asked_by(nemo, unit, key=key)
        asked_by(AccountFactory(unit=unit), unit, key=key)

    assert cost(client, paths[name]) == few
