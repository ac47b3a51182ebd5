"""Everybody is addressed in a language and a time zone of one's own."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import formats, translation

from accounts.history import history_of
from accounts.models import Account
from accounts.services.invitations import resend_invitation
from accounts.services.profile import set_preferences
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry, Unit
from roles.catalogue import catalogue
from tests.accounts.pages import signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory
from tests.messages import read
from tests.post import deliver, promise

ME, PROFILE = "/me/", "/me/profile/"


@pytest.fixture
def german(gwen: Account) -> Account:
    set_preferences(gwen, language="de", time_zone="Europe/Berlin")
    return gwen


def test_whoever_chooses_german_reads_german(gwen: Account) -> None:
    client = signed_in(gwen)

    answer = send(client, PROFILE, {"language": "de", "time_zone": "Europe/Berlin"}, follow=True)

    assert "Gespeichert." in text_of(answer)
    mine = client.get(ME)
    words = text_of(mine)
    assert "Mein Zugriff" in words
    assert "Anzeigenkampagnen löschen" in words
    assert '<html lang="de">' in mine.content.decode()
    assert mine["Content-Language"] == "de"
    # Nobody else hears of it, not even in the same process.
    assert translation.get_language() == "en-gb"
    told = history_of(gwen, JournalEntry.objects.about(gwen))[0].changes
    assert [(each.label, each.before, each.after) for each in told] == [
        ("Language", "", "Deutsch"),
        ("Time zone", "", "Europe/Berlin"),
    ]


def test_single_rights_of_somebody_are_named_in_the_language_of_the_reader(ada: Account, unit: Unit) -> None:
    set_preferences(ada, language="de")
    holder = AccountFactory(unit=unit, permissions=["ad_campaigns:delete"])
    words = text_of(signed_in(ada).get(holder.get_absolute_url()))
    assert "Eigenes einzelnes Recht: Anzeigenkampagnen löschen" in words


def test_a_mail_speaks_the_language_and_the_zone_of_whoever_gets_it(german: Account) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 12, 30, tzinfo=UTC), tick=False):
        promise(german)
        [mail] = deliver()
    assert "Hallo Gwen" in str(mail.body)
    assert "Mittwoch, 1. Juli 2026" in str(mail.body)
    assert "14:30 CEST" in str(mail.body)
    assert '<html lang="de">' in str(mail.alternatives[0].content)


def test_a_mail_to_who_chose_nothing_is_english(nemo: Account) -> None:
    promise(nemo)
    with translation.override("fr"):
        [mail] = deliver()
    assert "Hello Nemo" in str(mail.body)


def test_an_invitation_speaks_the_language_of_the_account(penny: Account, unit: Unit, client: Client) -> None:
    set_preferences(penny, language="es")
    resend_invitation(penny, actor=SYSTEM, unit=unit)
    [mail] = deliver()
    assert "cuenta" in str(mail.subject)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de-AT,de;q=0.9", "de"),
        ("fr", "fr"),
        ("it,es;q=0.5", "es"),
        ("it", "en-gb"),
        ("", "en-gb"),
        ("en-US", "en-gb"),
    ],
)
def test_before_signing_in_the_browser_says_which_language(
    asked: str, language: str, db: None, client: Client
) -> None:
    page = client.get("/sign-in/", HTTP_ACCEPT_LANGUAGE=asked)
    assert f'<html lang="{language}">' in page.content.decode()
    assert page["Content-Language"] == language
    assert "Accept-Language" in page["Vary"]


def test_ones_own_language_goes_before_that_of_the_browser(german: Account) -> None:
    assert "Mein Zugriff" in text_of(signed_in(german).get(ME, HTTP_ACCEPT_LANGUAGE="fr"))


def test_errors_are_told_in_the_language_of_whoever_made_them(german: Account) -> None:
    client = signed_in(german)
    assert "Diese Seite gibt es nicht" in text_of(client.get("/nowhere/"))
    refused = client.get("/accounts/add/")
    assert refused.status_code == 403
    assert "dürfen" in text_of(refused)
    wrong = client.post("/me/password/", {"current": "", "password": "", "again": ""})
    assert "Dieses Feld ist zwingend erforderlich" in text_of(wrong)


@pytest.mark.parametrize(("field", "value"), [("language", "tlh"), ("time_zone", "Mars/Olympus_Mons")])
def test_a_language_or_a_zone_that_is_not_there_is_refused(field: str, value: str, nemo: Account) -> None:
    answer = send(signed_in(nemo), PROFILE, {field: value})
    assert "Choose one of the list" in text_of(answer)
    with pytest.raises(Invalid):
        set_preferences(nemo, **{field: value})
    nemo.refresh_from_db()
    assert (nemo.language, nemo.time_zone) == ("", "")


def test_a_zone_that_was_given_up_harms_nobody(nemo: Account) -> None:
    with change(Event.ACCOUNT_UPDATED, actor=SYSTEM, target=nemo) as c:
        c.update(nemo, time_zone="Gone/Nowhere", language="xx")
    page = signed_in(nemo).get(ME)
    assert '<html lang="en-gb">' in page.content.decode()


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_a_plural_takes_its_form(language: str) -> None:
    entries = [each for each in read(language) if each.msgid == "%(count)d person administers"]
    assert len(entries) == 1
    with translation.override(language):
        one, none, many = (
            translation.ngettext(entries[0].msgid, entries[0].msgid_plural, number) for number in (1, 0, 2)
        )
    assert one != many
    # In French nothing is singular.
    assert (none == one) == (language == "fr")


def test_dates_are_written_as_the_language_writes_them() -> None:
    day = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
    written = {}
    for language in ("en-gb", "de", "fr", "es"):
        with translation.override(language):
            written[language] = [
                formats.date_format(day, name) for name in ("DATE_FORMAT", "SHORT_DATETIME_FORMAT")
            ]
    assert written == {
        "en-gb": ["3 March 2026", "3 Mar 2026, 09:05"],
        "de": ["3. März 2026", "03.03.2026, 09:05"],
        "fr": ["3 mars 2026", "03/03/2026 09:05"],
        "es": ["3 de marzo de 2026", "03/03/2026 09:05"],
    }


def test_the_catalogue_speaks_the_language_of_whoever_reads() -> None:
    permission = catalogue().permissions["ad_campaigns:delete"]
    assert permission.label == "Delete ad campaigns"
    with translation.override("de"):
        assert permission.label == "Anzeigenkampagnen löschen"
        assert permission.english.label == "Delete ad campaigns"
