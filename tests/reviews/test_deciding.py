"""Deciding in a review: who may, what it takes, who is asked."""

import pytest
from django.utils import timezone

from accounts import uses
from accounts.models import Account, Review
from accounts.reviews.scope import Scope
from accounts.services.reviews import (
    Wanted,
    check_again,
    decide,
    open_review,
)
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, NotAllowed, OwnRights, Stale
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import add_members
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.factories import AccountFactory, GroupFactory
from tests.post import deliver, link_in
from tests.reviews.reviewed import choose, closed, line_of, review_of

DELETE = "ad_campaigns:delete"


def test_what_is_left_over_can_be_kept_after_all(
    review: Review, unit: Unit, gwen: Account, nemo: Account, campaigns_admin: Role
) -> None:
    GroupFactory(unit=unit, display_name="Press", roles=[campaigns_admin], members=[gwen])
    choose(line_of(review, gwen), "revoke")
    choose(line_of(review, nemo), "keep")
    done = closed(review)
    with pytest.raises(Invalid, match="Only what is left over"):
        choose(line_of(done, nemo), "revoke")

    choose(line_of(done, gwen), "keep", reason="She works for the press")

    done = check_again(done, actor=SYSTEM)
    line = line_of(done, gwen)
    assert (done.state, line.outcome) == ("complete", "kept")
    assert "What is left stays by decision" in line.note
    assert line.left[0][0].startswith("Through the group Press")


def test_nobody_decides_about_himself_alone_or_among_others(
    campaign_team: Group, ada: Account, otto: Account
) -> None:
    add_members(campaign_team, [ada, otto], actor=SYSTEM)
    review = review_of(campaign_team)
    both = {line.pk: line.version for line in review.lines.all()}

    for seen in ({line_of(review, ada).pk: 1}, both):
        for decision in ("keep", "revoke"):
            with pytest.raises(OwnRights):
                decide(review, seen, decision, reason="Mine", actor=ada)
    assert set(review.lines.values_list("decision", flat=True)) == {""}


def test_bulk_keep_and_every_revoke_need_a_reason(review: Review, ada: Account) -> None:
    one, two = review.lines.all()
    for seen, decision in (({one.pk: 1, two.pk: 1}, "keep"), ({one.pk: 1}, "revoke")):
        with pytest.raises(Invalid, match="Give a reason"):
            decide(review, seen, decision, actor=ada)
    assert len(decide(review, {one.pk: 1}, "keep", actor=ada)) == 1


def test_a_decision_can_be_corrected_until_closing_and_each_is_journaled(
    review: Review, gwen: Account, ada: Account
) -> None:
    choose(line_of(review, gwen), "revoke", ada)
    choose(line_of(review, gwen), "keep", ada, reason="On leave only")

    entries = JournalEntry.objects.filter(event="review.decided", outcome="done")
    assert [entry.actor for entry in entries] == [ada, ada]
    assert line_of(review, gwen).decision == "keep"


def test_who_comes_second_is_told(review: Review, gwen: Account, ada: Account, otto: Account) -> None:
    line = line_of(review, gwen)
    decide(review, {line.pk: line.version}, "keep", actor=ada)

    with pytest.raises(Stale, match=r"Ada Admin decided about “Gwen Group · .*: Keep"):
        decide(review, {line.pk: line.version}, "revoke", reason="Gone", actor=otto)


def test_whoever_may_not_take_it_away_does_not_decide(review: Review, unit: Unit, gwen: Account) -> None:
    passer = AccountFactory(unit=unit, permissions=["access:assign"])

    with pytest.raises(NotAllowed, match="Remove group members"):
        choose(line_of(review, gwen), "keep", passer)


def test_whoever_was_not_asked_does_not_decide(
    campaign_team: Group, unit: Unit, gwen: Account, ada: Account, helen: Account
) -> None:
    review = review_of(campaign_team, reviewers=[ada])
    with pytest.raises(NotAllowed, match="Others were asked"):
        choose(line_of(review, gwen), "keep", helen)

    choose(line_of(review, gwen), "keep", ada)


@pytest.mark.parametrize(("step", "state"), [("close", "open"), ("check", "left_over")])
def test_whoever_was_not_asked_closes_and_checks_nothing(
    campaign_team: Group, ada: Account, helen: Account, step: str, state: str
) -> None:
    """Whoever is under review would else end it with his own rights undecided."""
    add_members(campaign_team, [helen], actor=SYSTEM)
    review = review_of(campaign_team, reviewers=[ada])
    if state == "left_over":
        review = closed(review)
    client, page, path = signed_in(helen), f"/reviews/{review.pk}/", f"/reviews/{review.pk}/{step}/"

    assert path not in client.get(page).content.decode()
    assert client.get(path).status_code == 403
    assert "Others were asked" in text_of(client.post(path, {"leave": "on"}))

    assert Review.objects.get(pk=review.pk).state == state
    assert path in signed_in(ada).get(page).content.decode()
    assert signed_in(ada).post(path, {"leave": "on"}).status_code == 302
    assert Review.objects.get(pk=review.pk).state == "left_over"


def test_there_is_nothing_to_review_in_an_empty_group(unit: Unit) -> None:
    with pytest.raises(Invalid, match="There is nothing to review"):
        review_of(GroupFactory(unit=unit))


def test_the_last_use_stands_beside_each_right(
    unit: Unit, campaign_team: Group, gwen: Account, nemo: Account
) -> None:
    add_members(campaign_team, [nemo], actor=SYSTEM)
    assert gwen.has_perm("ad_campaigns:list", unit)
    uses.write()

    made = review_of(campaign_team)

    assert line_of(made, gwen).last_used == uses.today()
    assert line_of(made, nemo).last_used is None


def test_whoever_is_asked_gets_a_mail_and_sees_what_waits(
    campaign_team: Group, gwen: Account, ada: Account, otto: Account
) -> None:
    made = open_review(
        Scope("group", campaign_team.unit, campaign_team),
        Wanted("Spring", due=timezone.localdate(), reviewers=[ada, otto]),
        actor=ada,
    )

    (letter,) = deliver()

    assert (letter.to, letter.subject) == ([otto.email], "Please review who has what at Northwind: Spring")
    assert "Ada Admin asks you to look at who has what: Group Campaign team." in letter.body
    assert "There is 1 right to keep or to revoke. It is due on" in letter.body
    client = signed_in(otto)
    assert client.get(link_in(letter)).status_code == 200
    assert "Spring" in text_of(client.get("/reviews/?state=mine"))
    choose(line_of(made, gwen), "keep", otto)
    assert "Spring" not in text_of(client.get("/reviews/?state=mine"))


def test_a_review_that_was_closed_already_asks_nobody(
    campaign_team: Group, gwen: Account, otto: Account
) -> None:
    closed(review_of(campaign_team, reviewers=[otto]))
    assert deliver() == []
