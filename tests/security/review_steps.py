"""The steps of access reviews, as in steps.py (L1)."""

from collections.abc import Callable
from typing import Any

from accounts.models import Review
from accounts.reviews.scope import Scope
from accounts.services import reviews
from adminrights.change import SYSTEM
from tests.security.steps import Stage, Step


def scope(stage: Stage) -> Scope:
    group = stage.group(members=[stage.person()])
    return Scope("group", stage.unit, group)


def opened(stage: Stage) -> Review:
    return reviews.open_review(scope(stage), reviews.Wanted("Spring"), actor=SYSTEM)


def open_review(stage: Stage, actor: Any) -> Callable[[], object]:
    about = scope(stage)
    return lambda: reviews.open_review(about, reviews.Wanted("Spring"), actor=actor)


def decide(stage: Stage, actor: Any) -> Callable[[], object]:
    review = opened(stage)
    return lambda: reviews.decide(review, {review.lines.get().pk: 1}, "revoke", reason="Left", actor=actor)


def close(stage: Stage, actor: Any) -> Callable[[], object]:
    review = opened(stage)
    reviews.decide(review, {review.lines.get().pk: 1}, "revoke", reason="Left", actor=SYSTEM)
    return lambda: reviews.close_review(review, actor=actor)


def check(stage: Stage, actor: Any) -> Callable[[], object]:
    review = opened(stage)
    reviews.close_review(review, actor=SYSTEM, leave_undecided=True)
    return lambda: reviews.check_again(review, actor=actor)


REVIEW_STEPS: dict[str, Step] = {
    "accounts.services.reviews.open_review": Step(open_review),
    "accounts.services.reviews.decide": Step(decide),
    "accounts.services.reviews.close_review": Step(close),
    "accounts.services.reviews.check_again": Step(check),
}
