"""An invitation with a last day: the access ends with it, whether from the form, the command or a table."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.access import units_of
from accounts.models import Account, UnitAccess
from accounts.services.known_accounts import add_known_account
from adminrights.change import SYSTEM
from adminrights.days import end_of
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from tests.accounts.pages import path, signed_in, text_of
from tests.factories import AccountFactory, UnitFactory
from tests.post import deliver
from tests.terminal import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
LAST = "2027-03-31"
END = "the end of 31 March 2027 (Europe/Berlin)"
NEW = {"first_name": "New", "last_name": "Person", "email": "new.person@example.org", "invite": "on"}
TYPED = ("new.person@example.org", "--first-name", "New", "--last-name", "Person")


@pytest.fixture(autouse=True)
def berlin(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def newest() -> Account:
    return Account.objects.get(email_key="new.person@example.org")


def ends(account: Account) -> list[date | None]:
    rows = UnitAccess.objects.not_ended().filter(account=account).order_by("unit")
    return [row.expires_at and timezone.localtime(row.expires_at).date() for row in rows]


def add(client: Client, **data: Any) -> Any:
    return client.post(path("account_create"), NEW | data, follow=True)


def test_the_form_sets_the_last_day_and_the_mail_tells_it(ada: Account):
    answer = add(signed_in(ada), last_day=LAST)

    assert "The account was added." in text_of(answer)
    assert newest().unit_accesses.get().expires_at == end_of(date(2027, 3, 31))
    [letter] = deliver()
    assert "Your access is meant to last until Wednesday 31 March 2027." in letter.body
    assert "<strong>Wednesday 31 March 2027</strong>" in str(letter.alternatives[0].content)


def test_without_a_day_there_is_no_end_and_the_mail_says_nothing(ada: Account):
    add(signed_in(ada), last_day="")

    assert ends(newest()) == [None]
    assert "meant to last" not in deliver()[0].body


def test_the_look_ahead_says_when_it_ends(ada: Account):
    looked = add(signed_in(ada), last_day=LAST, preview="1")

    assert f"The access ends by itself at {END}." in text_of(looked)
    assert not Account.objects.filter(email_key="new.person@example.org").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-03-01", "This last day is over. Choose today, a later day, or none."),
        ("31.3.2027", "This is no day. Write it as 2026-03-31."),
        ("2027-02-30", "This is no day. Write it as 2026-03-31."),
        ("9999-12-31", "This is no day. Write it as 2026-03-31."),
    ],
)
def test_a_bad_day_is_told_on_its_field_and_everything_typed_stays(typed: str, said: str, ada: Account):
    answer = add(signed_in(ada), last_day=typed, phone="0123 456")

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"last_day": [said]}
    assert f'value="{typed}"' in answer.content.decode()
    assert 'value="0123 456"' in answer.content.decode()


def test_today_is_a_last_day(ada: Account):
    add(signed_in(ada), last_day="2026-03-02")

    assert ends(newest()) == [date(2026, 3, 2)]


def test_every_unit_of_the_form_ends_with_the_day(unit: Unit):
    below = UnitFactory(name="Branch", parent=unit)
    boss = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    units = {f"unit-{unit.pk}": "yes", f"below-{unit.pk}": "on", f"unit-{below.pk}": "yes"}

    add(signed_in(boss), last_day=LAST, **units)

    assert ends(newest()) == [date(2027, 3, 31)] * 2


def test_after_the_day_there_is_no_way_in(ada: Account, unit: Unit, monday: time_machine.Traveller):
    add(signed_in(ada), last_day=LAST)
    assert units_of(newest()) == [unit]
    monday.move_to(end_of(date(2027, 3, 31)).replace(microsecond=0))
    assert units_of(newest()) == [unit]
    monday.shift(1)

    assert units_of(newest()) == []


def test_the_command_takes_a_last_day_and_says_so(unit: Unit):
    ran = run("invite", *TYPED, "--until", LAST)

    assert f"The access ends by itself at {END}." in ran.out
    assert ends(newest()) == [date(2027, 3, 31)]


def test_a_dry_run_shows_the_day_and_changes_nothing(unit: Unit):
    ran = run("invite", *TYPED, "--until", LAST, "--dry-run")

    assert ran.code == 3
    assert f"The access ends by itself at {END}." in ran.out
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2026-03-01", "This last day is over."), ("soon", "This is no day. Write it as 2026-03-31.")],
)
def test_the_command_refuses_a_bad_day(typed: str, said: str, unit: Unit):
    ran = run("invite", *TYPED, "--until", typed)

    assert ran.code == 1
    assert said in ran.err
    assert not Account.objects.exists()


def test_a_table_has_a_day_for_each_line(unit: Unit, tmp_path: Path):
    table = tmp_path / "people.csv"
    lines = ["a@example.org,A,One,2027-03-31", "b@example.org,B,Two,", "c@example.org,C,Three,31/03/2027"]
    lines += ["d@example.org,D,Four,2020-01-01"]
    table.write_text("\n".join(["email,first_name,last_name,Last day", *lines]))

    ran = run("invite", "--csv", str(table))

    assert ran.code == 1
    assert ran.out.splitlines() == [
        "line 2: invited a@example.org, until 2027-03-31",
        "line 3: invited b@example.org",
        "line 4: refused c@example.org: This is no day. Write it as 2026-03-31.",
        "line 5: refused d@example.org: This last day is over. Choose today, a later day, or none.",
    ]
    days = UnitAccess.objects.order_by("account__email").values_list("expires_at", flat=True)
    assert list(days) == [end_of(date(2027, 3, 31)), None]


def test_somebody_known_from_elsewhere_gets_the_day_too(unit: Unit):
    person = AccountFactory(unit=UnitFactory(name="Elsewhere"), email="new.person@example.org")

    ran = run("invite", person.email, "--until", LAST, "--unit", unit.name)

    assert f"The access ends by itself at {END}." in ran.out
    assert person.unit_accesses.get(unit=unit).expires_at == end_of(date(2027, 3, 31))


def test_adding_by_address_takes_the_day_too(ada: Account, unit: Unit):
    person = AccountFactory(unit=UnitFactory(name="Elsewhere"), email="new.person@example.org")
    page, sent = path("account_address"), {"email": person.email, "add": "1"}
    client = signed_in(ada)
    assert "Last day of access" in text_of(client.post(page, {"email": person.email}))

    wrong = client.post(page, sent | {"last_day": "2020-01-01"})
    assert wrong.status_code == 422
    assert "This last day is over." in text_of(wrong)
    assert 'name="add"' in wrong.content.decode()
    assert 'value="2020-01-01"' in wrong.content.decode()
    client.post(page, sent | {"last_day": LAST})

    assert person.unit_accesses.get(unit=unit).expires_at == end_of(date(2027, 3, 31))


def test_an_end_that_has_passed_is_refused_behind_every_door(unit: Unit):
    person = AccountFactory(unit=UnitFactory(name="Elsewhere"))

    with pytest.raises(Invalid, match="This last day is over"):
        add_known_account(person.email, unit=unit, actor=SYSTEM, ends=end_of(date(2026, 3, 1)))
    assert not person.unit_accesses.filter(unit=unit).exists()
