"""Statuses and levels say what they mean, where they stand."""

from accounts.models import Account
from adminrights.cells import BADGES
from adminrights.meanings import LEVELS, STATUSES
from adminrights.models import OutgoingMail
from roles.vocabulary import LEVEL_LABELS
from tests.accounts.pages import path, signed_in, text_of


def test_every_status_of_accounts_and_mail_and_every_level_is_explained() -> None:
    mail = {*OutgoingMail.State.values, *OutgoingMail.Delivery.values} - {""}

    assert {*Account.Status.values, *mail} <= set(STATUSES) <= set(BADGES)
    assert list(LEVELS) == list(LEVEL_LABELS.values())


def test_the_list_and_the_page_say_what_pending_means(ada: Account, penny: Account, nemo: Account) -> None:
    meaning = "Has no password yet and can't sign in."
    browser = signed_in(ada)

    assert meaning in text_of(browser.get(path("account_list")))
    assert meaning in text_of(browser.get(penny.get_absolute_url()))
    assert meaning not in text_of(browser.get(nemo.get_absolute_url()))


def test_the_matrix_says_what_its_levels_mean(ada: Account, nemo: Account) -> None:
    form = text_of(signed_in(ada).get(path("account_edit", nemo)))

    assert "Also approve, start and stop what others see." in form
