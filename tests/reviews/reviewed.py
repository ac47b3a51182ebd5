"""What the tests of reviews share, and two reviews to look at: one open, one with something left over."""

from typing import Any

from accounts.models import Account, Review, ReviewLine
from accounts.reviews.scope import Scope
from accounts.services.reviews import Wanted, close_review, decide, open_review
from adminrights.change import SYSTEM
from groups.models import Group

# Every page of reviews, in the states that it has.
REVIEW_PAGES = {
    "accounts:review_list": ["/reviews/", "/reviews/?q=zzzz"],
    "accounts:review_add": ["/reviews/add/"],
    "accounts:review_create": ["/reviews/add/group/", "/reviews/add/module/"],
    "accounts:review": ["/reviews/{review}/", "/reviews/{left_over}/", "/reviews/{review}/?q=zzzz"],
    "accounts:review_line": ["/reviews/lines/{line}/"],
    "accounts:review_close": ["/reviews/{review}/close/"],
    "accounts:review_check": ["/reviews/{left_over}/check/"],
}


def reviews_of(group: Group, account: Account) -> dict[str, object]:
    """Return the numbers of an open review of the organisation, of a line of it, and of one left over."""
    unit = group.unit
    review = open_review(Scope("unit", unit), Wanted("Spring", "Once a year"), actor=SYSTEM)
    line = review.lines.filter(account=account)[0]
    decide(review, {line.pk: 1}, "revoke", reason="Works elsewhere now", actor=SYSTEM)
    left = open_review(Scope("group", unit, group), Wanted("Left over"), actor=SYSTEM)
    close_review(left, actor=SYSTEM, leave_undecided=True)
    return {"review": review.pk, "line": line.pk, "left_over": left.pk}


def review_of(group: Group, **wanted: Any) -> Review:
    scope = Scope("group", group.unit, group)
    return open_review(scope, Wanted("Spring", **wanted), actor=SYSTEM)


def line_of(review: Review, account: Account, what: str = "") -> ReviewLine:
    found: ReviewLine = review.lines.get(account=account, what__contains=what)
    return found


def choose(line: ReviewLine, decision: str, actor: object = SYSTEM, reason: str = "Not needed") -> None:
    line.refresh_from_db()
    decide(line.review, {line.pk: line.version}, decision, reason=reason, actor=actor)


def closed(review: Review, actor: object = SYSTEM) -> Review:
    return close_review(Review.objects.get(pk=review.pk), actor=actor, leave_undecided=True)
