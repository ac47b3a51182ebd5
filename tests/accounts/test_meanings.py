"""Statuses and levels say what they mean, where they stand."""

from accounts.models import AccessRequest, Account, ReviewLine
from accounts.reviews.scope import Scope
from accounts.services.requests import ask_for_access, withdraw_request
from accounts.services.reviews import Wanted, open_review
from adminrights.cells import BADGES
from adminrights.change import SYSTEM
from adminrights.meanings import LEVELS, STATUSES
from adminrights.models import OutgoingMail, Unit
from roles.vocabulary import LEVEL_LABELS
from tests.accounts.pages import path, signed_in, text_of
from tests.factories import AccountFactory, GroupFactory


def test_every_status_of_accounts_and_mail_and_every_level_is_explained() -> None:
    mail = {*OutgoingMail.State.values, *OutgoingMail.Delivery.values} - {""}

    lines = {*ReviewLine.Decision.values, *ReviewLine.Outcome.values}

    assert {*Account.Status.values, *mail} <= set(STATUSES) <= set(BADGES)
    assert {*AccessRequest.State.values, *lines} <= set(STATUSES)
    assert {"under_way", "late", "left_over", "complete"} <= set(STATUSES)
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


def test_requests_say_what_their_statuses_mean_to_both_sides(ada: Account, nemo: Account, unit: Unit) -> None:
    waits, withdrawn = "Waits for an answer.", "The person took it back by “Withdraw”."
    request = ask_for_access(nemo, "offers:list", unit=unit, reason="For the spring sale")

    assert waits in text_of(signed_in(ada).get(path("request_list")))
    assert waits in text_of(signed_in(nemo).get(path("my_access")))
    assert waits in text_of(signed_in(ada).get(request.get_absolute_url()))
    withdraw_request(request, nemo)
    page = text_of(signed_in(ada).get(request.get_absolute_url()))
    assert withdrawn in page
    assert waits not in page


def test_reviews_say_what_their_statuses_and_decisions_mean(ada: Account, unit: Unit) -> None:
    under_way = "What is revoked is removed by “Close review”"
    group = GroupFactory(unit=unit, members=[AccountFactory(unit=unit)])
    review = open_review(Scope("group", unit, group), Wanted("Spring"), actor=SYSTEM)

    assert under_way in text_of(signed_in(ada).get(path("review_list")))
    page = text_of(signed_in(ada).get(review.get_absolute_url()))
    assert under_way in page
    assert "Nobody has decided. When the review is closed, the right stays as it is." in page
