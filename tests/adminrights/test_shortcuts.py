"""The list of keyboard shortcuts."""

from django.urls import reverse

from accounts.models import Account
from adminrights.navigation import MENU
from tests.accounts.pages import signed_in, text_of


def test_no_two_pages_share_a_key() -> None:
    keys = [item.key for section in MENU for item in section.items if item.key]

    assert len(keys) == len(set(keys)) > 3


def test_the_shortcuts_name_only_pages_that_the_reader_may_open(ada: Account, nemo: Account) -> None:
    of_ada, of_nemo = (text_of(signed_in(person).get(reverse("shortcuts"))) for person in (ada, nemo))

    assert "G then A All Accounts" in of_ada
    assert "All Accounts" not in of_nemo
    assert "G then M My access" in of_nemo
