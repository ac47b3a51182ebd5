"""After closing, each right that was revoked is gone, or its line says so and the review isn't complete."""

from typing import Any

import pytest

from accounts.access import may
from accounts.models import Account, Review, ReviewLine
from accounts.reviews.evidence import build, digest_of
from accounts.reviews.scope import Scope
from accounts.services.reviews import Wanted, check_again, close_review, decide, open_review
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from tests.edits import World

LEFT_OVER = {"still", "not_removed", "undecided"}
SEEDS = (1, 3)


def scope_of(world: World) -> Scope:
    """Return something to review, as it stands."""
    unit = world.unit()
    kind = world.one(["group", "role", "unit", "module"])
    if kind == "group":
        group = world.one(world.groups())
        return Scope(kind, group.unit, group)
    if kind == "role":
        return Scope(kind, unit, role=world.one(world.roles()))
    return Scope(kind, unit, module=world.one(["contacts", "campaigns"]) if kind == "module" else "")


def decided(world: World, review: Review) -> None:
    for line in review.lines.all():
        decision = world.one(["keep", "revoke", "revoke", ""])
        if decision:
            decide(review, {line.pk: line.version}, decision, reason="By chance", actor=SYSTEM)


def still_there(line: ReviewLine) -> set[tuple[int, str]]:
    """Return what of the line its person may do, asked of the decision itself, one by one."""
    account = Account.objects.get(pk=line.account_id)
    places = Unit.objects.filter(pk__in=line.units)
    return {(unit.pk, key) for unit in places for key in line.rights if may(account, key, unit)}


def judge(review: Review) -> None:
    """Compare what the lines say with what people may do."""
    lines = list(review.lines.all())
    for line in lines:
        if line.decision == "revoke" and still_there(line):
            assert line.outcome in LEFT_OVER, line
            assert line.left or line.note, line
        if line.outcome == "removed":
            fact = type(line.fact).objects.get(pk=line.fact.pk)
            assert fact.ended_at or fact.expires_at, line
    assert (review.state == "complete") == (not any(line.outcome in LEFT_OVER for line in lines))
    assert digest_of(build(review)) == review.evidence


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_revoked_is_gone_or_shown_and_the_review_is_not_complete(
    seed: int, catalogue_rows: None
) -> None:
    world, closed, seen = World(seed), 0, set[Any]()
    world.steps(25)
    while closed < 4:
        world.steps(4)
        try:
            review = open_review(scope_of(world), Wanted("By chance"), actor=SYSTEM)
        except Invalid:
            continue
        world.steps(2)
        decided(world, review)
        world.steps(2)
        review = close_review(Review.objects.get(pk=review.pk), actor=SYSTEM, leave_undecided=True)
        judge(review)
        world.steps(3)
        if review.state == "left_over":
            judge(check_again(review, actor=SYSTEM))
        seen |= set(review.lines.values_list("outcome", flat=True))
        closed += 1
    assert {"removed", "kept"} <= seen
