"""The demo goes into an empty database only, whole or not at all."""

import pytest

from accounts.demo.data import SHAPES
from accounts.models import Account
from adminrights.models import JournalEntry
from tests.terminal import run

EACH = [["--shape", shape] for shape in SHAPES]


@pytest.mark.parametrize("words", [[], ["--new-passwords"], *EACH, ["--shape", "site", "--show"]])
def test_a_database_of_other_people_is_left_alone(ada, words):
    entries = JournalEntry.objects.count()
    ran = run("demo", *words)
    assert (ran.code, Account.objects.count(), JournalEntry.objects.count()) == (4, 1, entries)


def test_show_says_nothing_where_there_is_no_demo(ada):
    assert (run("demo", "--show").out, run("demo", "--show").code) == ("", 0)


def test_there_is_no_other_shape(db):
    assert run("demo", "--shape", "circle").code == 1
    assert not Account.objects.exists()


def test_as_text_the_demo_prints_address_people_and_passwords(db, settings):
    settings.BASE_URL = "http://127.0.0.1:8123"
    text = run("demo").out
    assert "http://127.0.0.1:8123/" in text
    for role in ("Administrator", "Group helper", "Customer support", "Newcomer"):
        assert role in text


def test_a_demo_that_fails_leaves_nothing_behind(db, monkeypatch):
    monkeypatch.setattr(
        "accounts.management.commands.demo.plan_happenings", lambda demo: demo.at(demo.now, lambda: 1 / 0)
    )
    with pytest.raises(ZeroDivisionError):
        run("demo")
    assert not Account.objects.exists()
