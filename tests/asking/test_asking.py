"""Somebody is refused and asks; what may be asked, how often, and who is told of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessRequest, Account
from accounts.services.grants import set_permissions
from accounts.services.requests import MOST_A_DAY, MOST_OPEN, ask_for_access, withdraw_request
from adminrights.change import SYSTEM
from adminrights.days import end_of
from adminrights.exceptions import Invalid, NotFound
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.asking.acts import EXPORT, asked_by, page
from tests.dates import MONDAY
from tests.factories import AccountFactory, UnitFactory
from tests.post import deliver, link_in

ASK = reverse("accounts:ask", args=[EXPORT])


@pytest.fixture
def as_nemo(nemo: Account) -> Client:
    return signed_in(nemo)


def asks(client: Client, path: str = ASK, **data: str) -> Any:
    return client.post(path, {"reason": "For the audit", "until": ""} | data, follow=True)


def told() -> set[str]:
    return set(OutgoingMail.objects.filter(message="access_asked").values_list("address", flat=True))


def test_the_refusal_says_what_is_missing_and_leads_to_the_request(as_nemo: Client, ada: Account) -> None:
    refused = as_nemo.get(reverse("accounts:account_list"))

    assert refused.status_code == 403
    assert "Ask for it: See the list of accounts" in text_of(refused)
    assert "People with the right “Pass on any access” can give it." in text_of(refused)
    assert f'href="{reverse("accounts:ask", args=["accounts:list"])}"' in refused.content.decode()
    # By role, not by name.
    form = text_of(as_nemo.get(reverse("accounts:ask", args=["accounts:list"])))
    assert "It can be given by people with the right “Pass on any access” here" in form
    assert "1 person is told" in form
    assert ada.name not in text_of(refused) + form


def test_a_request_is_filed_with_its_reason_and_its_end_and_shown_as_ones_own(
    as_nemo: Client, nemo: Account, ada: Account, unit: Unit
) -> None:
    day = timezone.localdate() + timedelta(days=9)

    answer = asks(as_nemo, until=str(day))

    assert messages_of(answer)[0].startswith("You have asked.")
    request = AccessRequest.objects.get()
    assert (request.account, request.unit, request.permission) == (nemo, unit, EXPORT)
    assert (request.reason, request.until, request.state_now) == ("For the audit", end_of(day), "open")
    assert "Your requests" in text_of(answer)
    assert "For the audit" in text_of(answer)
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor, entry.reason) == ("access.asked", nemo, "For the audit")
    waits = as_nemo.get(ASK, follow=True)
    assert messages_of(waits) == ["You have asked for it already. You get a mail with the answer."]
    assert "The request waits for an answer" in text_of(waits)
    assert ">Ask for it<" not in waits.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reason", "", "This field is required"),
        ("reason", "x" * 301, "at most 300 characters"),
        ("reason", "a\u202eb", "invisible or control characters"),
        ("until", "2001-01-01", "This last day is over"),
        ("until", "soon", "This is no day"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    field: str, value: str, sentence: str, as_nemo: Client, ada: Account
) -> None:
    typed = {"reason": "For the audit", "until": "2090-03-04"} | {field: value}

    answer = as_nemo.post(ASK, typed)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    kept = {name: answer.context["form"][name].value() for name in typed}
    assert kept == typed
    assert not AccessRequest.objects.exists()
    assert told() == set()


def test_only_those_are_told_who_could_give_it(
    as_nemo: Client, unit: Unit, ada: Account, otto: Account, helen: Account
) -> None:
    """Helen passes on what she holds, and this she doesn't; Una administers people, and hands out nothing."""
    AccountFactory(
        unit=unit, first_name="Una", permissions=["accounts:list", "accounts:get", "accounts:update"]
    )
    AccountFactory(unit=unit, first_name="Dis", levels={"admin_rights": 2}, status="disabled", confirmed=True)
    able = AccountFactory(
        unit=unit, permissions=["accounts:get", "access:assign", "contacts:list", "contacts:get", EXPORT]
    )

    asks(as_nemo)

    assert told() == {ada.email, otto.email, able.email}


def test_the_number_of_mails_is_bounded(as_nemo: Client, unit: Unit) -> None:
    for _n in range(8):
        AccountFactory(unit=unit, levels={"admin_rights": 2})

    asks(as_nemo)

    assert len(told()) == 5


def test_the_mail_says_who_asks_for_what_and_leads_to_the_request(as_nemo: Client, ada: Account) -> None:
    asks(as_nemo, reason="See http://evil.example/now", until="2090-03-04")

    (letter,) = deliver()

    assert letter.to == [ada.email]
    assert letter.subject == "Nemo Nobody asks for access at Northwind"
    for part in ("Export", "See http evil. example now", "4 March 2090"):
        assert part in str(letter.body)
    assert "evil.example" not in str(letter.body) + str(letter.alternatives[0].content)
    page = signed_in(ada).get(link_in(letter))
    assert "Nemo Nobody asks for access" in text_of(page)


def test_whoever_works_in_several_units_is_led_to_the_right_one(unit: Unit, nemo: Account) -> None:
    north = UnitFactory(name="North", parent=unit)
    chief = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    person = AccountFactory(unit=north)
    asked_by(person, north)

    (letter,) = deliver()
    answer = signed_in(chief).get(link_in(letter), follow=True)

    assert f"{person.name} asks for access" in text_of(answer)
    assert "North" in text_of(answer)
    missing = link_in(letter).replace(str(AccessRequest.objects.get().pk), "999999")
    assert signed_in(chief).get(missing).status_code == 404
    assert signed_in(nemo).get(link_in(letter)).status_code == 404


def test_a_mail_that_events_have_overtaken_is_not_sent(nemo: Account, unit: Unit, ada: Account) -> None:
    withdraw_request(asked_by(nemo, unit), nemo)

    assert deliver() == []


@pytest.mark.parametrize("case", ["held", "nobody", "unknown", "elsewhere"])
def test_what_makes_no_sense_is_refused_and_nobody_is_told(case: str, unit: Unit, nemo: Account) -> None:
    if case != "nobody":
        AccountFactory(unit=unit, levels={"admin_rights": 2})
    if case == "held":
        set_permissions(nemo, {EXPORT: True, "contacts:list": True}, actor=SYSTEM, unit=unit)
    where = UnitFactory(name="Elsewhere") if case == "elsewhere" else unit
    key = "contacts:nothing" if case == "unknown" else EXPORT

    with pytest.raises(NotFound if case in {"unknown", "elsewhere"} else Invalid):
        ask_for_access(nemo, key, unit=where, reason="For the audit")

    assert not AccessRequest.objects.exists()
    assert told() == set()
    assert JournalEntry.objects.latest("sequence").outcome == "refused"
    assert mail.outbox == []


def test_an_unknown_permission_is_not_found(as_nemo: Client, ada: Account) -> None:
    assert as_nemo.get(reverse("accounts:ask", args=["no:such"])).status_code == 404


def test_one_open_request_for_one_thing(as_nemo: Client, ada: Account) -> None:
    asks(as_nemo)

    again = asks(as_nemo)

    assert "You have asked for this already" in text_of(again)
    assert AccessRequest.objects.count() == OutgoingMail.objects.count() == 1


KEYS = ["offers:list", "offers:get", "segments:list", "segments:get", "campaigns:list", "campaigns:get"]


def test_a_person_has_few_open_requests(nemo: Account, ada: Account, unit: Unit) -> None:
    for key in KEYS[:MOST_OPEN]:
        asked_by(nemo, unit, key=key)

    with pytest.raises(Invalid, match=f"{MOST_OPEN} requests of yours wait"):
        asked_by(nemo, unit, key=KEYS[MOST_OPEN])
    assert OutgoingMail.objects.count() == MOST_OPEN


def test_who_asks_and_withdraws_all_day_is_stopped(nemo: Account, ada: Account, unit: Unit) -> None:
    for _n in range(MOST_A_DAY):
        withdraw_request(asked_by(nemo, unit), nemo)

    with pytest.raises(Invalid, match="very often today"):
        asked_by(nemo, unit)


def test_a_request_is_withdrawn_by_whoever_filed_it(
    as_nemo: Client, nemo: Account, unit: Unit, ada: Account
) -> None:
    request = asked_by(nemo, unit)
    path = reverse("accounts:request_withdraw", args=[request.pk])
    assert signed_in(ada).post(path).status_code == 404

    answer = as_nemo.post(path, follow=True)

    assert messages_of(answer) == ["Your request is withdrawn."]
    request.refresh_from_db()
    assert request.state_now == "withdrawn"
    assert "doesn't wait" in messages_of(as_nemo.post(path, follow=True))[0]
    assert signed_in(ada).get(page("detail", request)).context["deciding"] is False


@pytest.fixture
def later(monday: time_machine.Traveller) -> Iterator[Any]:
    def move(moment: datetime) -> None:
        monday.move_to(moment)

    return move  # type: ignore[return-value]


def test_a_request_that_nobody_answers_ends_by_the_clock(
    later: Any, nemo: Account, ada: Account, unit: Unit
) -> None:
    request = asked_by(nemo, unit)
    dated = asked_by(nemo, unit, key="offers:list", until=end_of(MONDAY.date() + timedelta(days=2)))
    later(MONDAY + timedelta(days=5))
    assert (request.state_now, dated.state_now) == ("open", "unanswered")

    later(MONDAY + timedelta(days=31))

    assert request.state_now == "unanswered"
    listed = signed_in(ada).get(reverse("accounts:request_list"))
    assert listed.context["count"] == 0
    assert deliver() == []
    again = asked_by(nemo, unit)
    request.refresh_from_db()
    assert (request.state, again.state_now) == ("unanswered", "open")


def test_what_one_lacks_is_listed_with_the_way_to_the_request(
    as_nemo: Client, unit: Unit, nemo: Account
) -> None:
    set_permissions(nemo, {"contacts:list": True}, actor=SYSTEM, unit=unit)

    found = as_nemo.get(reverse("accounts:ask_search", query={"q": "contacts"}))

    keys = {each["entry"].key for each in found.context["found"]}
    assert EXPORT in keys
    assert "contacts:list" not in keys
    assert ASK in found.content.decode()
    assert "Ask for it" in text_of(as_nemo.get(reverse("accounts:my_why", args=[EXPORT])))
