"""Closing a review: what was revoked is gone, or it is said by which way somebody still has it."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.access import may
from accounts.models import Account, Review
from accounts.reviews.evidence import build
from accounts.reviews.scope import Scope
from accounts.services.grants import set_levels
from accounts.services.lifecycle import update_account
from accounts.services.reviews import (
    Wanted,
    check_again,
    close_review,
    open_review,
    plan_removals,
)
from accounts.services.taking_back import take_back
from accounts.services.unit_access import Entry, set_unit_access
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry, Unit
from adminrights.services import rename_unit
from groups.models import Group
from groups.services import add_members, delete_group, remove_members, set_roles, update_group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, UnitFactory
from tests.reviews.reviewed import choose, closed, line_of, review_of
from tests.terminal import run

DELETE = "ad_campaigns:delete"


def test_revoked_is_gone_and_kept_stays(review: Review, unit: Unit, gwen: Account, nemo: Account) -> None:
    choose(line_of(review, gwen), "revoke")
    choose(line_of(review, nemo), "keep", reason="")

    done = closed(review)

    assert done.state == "complete"
    assert not may(gwen, DELETE, unit)
    assert may(nemo, DELETE, unit)
    assert line_of(done, gwen).outcome == "removed"
    assert line_of(done, nemo).outcome == "kept"


def test_whoever_still_has_it_another_way_is_named_until_it_is_mended(
    review: Review, unit: Unit, gwen: Account, nemo: Account, campaigns_admin: Role
) -> None:
    other = GroupFactory(unit=unit, display_name="Press", roles=[campaigns_admin], members=[gwen])
    choose(line_of(review, gwen), "revoke")
    choose(line_of(review, nemo), "keep")

    done = closed(review)

    line = line_of(done, gwen)
    assert (done.state, line.outcome) == ("left_over", "still")
    assert line.left[0][0] == "Through the group Press, role Campaigns admin"
    assert DELETE in line.left[0][1]
    assert check_again(done, actor=SYSTEM).state == "left_over"

    remove_members(other, [gwen], actor=SYSTEM)

    assert check_again(done, actor=SYSTEM).state == "complete"
    assert line_of(done, gwen).left == []


def test_what_a_guard_refuses_stays_with_its_sentence(unit: Unit, ada: Account) -> None:
    review = open_review(Scope("module", unit, module="admin_rights"), Wanted("Administrators"), actor=SYSTEM)
    choose(line_of(review, ada), "revoke")

    done = closed(review)

    line = line_of(done, ada)
    assert (done.state, line.outcome) == ("left_over", "not_removed")
    assert "Nobody could administer Northwind any more" in line.note
    assert may(ada, "accounts:update", unit)

    AccountFactory(unit=unit, levels={"admin_rights": 2})
    assert check_again(done, actor=SYSTEM).state == "complete"
    assert not may(ada, "accounts:update", unit)


def test_one_refusal_does_not_hold_up_the_others(unit: Unit, ada: Account, otto: Account) -> None:
    review = open_review(Scope("module", unit, module="admin_rights"), Wanted("Administrators"), actor=SYSTEM)
    choose(line_of(review, ada), "revoke")
    choose(line_of(review, otto), "revoke")

    done = closed(review)

    assert sorted(done.lines.values_list("outcome", flat=True)) == ["not_removed", "removed"]


def test_undecided_is_refused_unless_it_is_wanted_and_the_review_is_not_complete(review: Review) -> None:
    with pytest.raises(Invalid, match="2 rights are undecided"):
        close_review(review, actor=SYSTEM)

    done = closed(review)

    assert done.state == "left_over"
    assert set(done.lines.values_list("outcome", flat=True)) == {"undecided"}
    assert set(done.lines.values_list("membership__ended_at", flat=True)) == {None}


def test_what_ended_meanwhile_says_so(review: Review, campaign_team: Group, gwen: Account) -> None:
    choose(line_of(review, gwen), "revoke")
    delete_group(campaign_team, actor=SYSTEM)

    done = closed(review)

    assert done.state == "complete"
    assert set(done.lines.values_list("outcome", "note")) == {
        ("removed", "It had ended before."),
        ("gone", "It had ended before."),
    }


def test_what_the_group_gives_by_the_day_of_closing_has_to_be_gone_too(
    review: Review, unit: Unit, gwen: Account, campaign_team: Group, campaigns_admin: Role
) -> None:
    viewer = Role.objects.get(module="offers", level=1)
    set_roles(campaign_team, [campaigns_admin, viewer], actor=SYSTEM)
    set_levels(gwen, {"offers": 1}, actor=SYSTEM, unit=unit)
    choose(line_of(review, gwen), "revoke")

    done = closed(review)

    assert line_of(done, gwen).left[0][0] == "Own right: Offers, Read"


def test_a_last_day_or_another_level_is_the_same_right(unit: Unit, grant: Account) -> None:
    review = open_review(Scope("module", unit, module="customers"), Wanted("Customers"), actor=SYSTEM)
    choose(line_of(review, grant), "revoke")
    set_levels(grant, {"customers": 2, "offers": 1}, actor=SYSTEM, unit=unit)

    assert closed(review).state == "complete"
    assert [str(own) for own in grant.grants.live()] == ["offers@1"]


def test_a_unit_review_takes_groups_own_rights_and_access(unit: Unit, gwen: Account) -> None:
    north = UnitFactory(name="North", parent=unit)
    wanted = {unit.pk: Entry(), north.pk: Entry()}
    set_unit_access(gwen, wanted, actor=SYSTEM, unit=unit)
    set_levels(gwen, {"offers": 1}, actor=SYSTEM, unit=north)
    team = GroupFactory(unit=north, members=[gwen])
    review = open_review(Scope("unit", north), Wanted("North"), actor=SYSTEM)
    assert sorted(review.lines.values_list("what", flat=True)) == [
        "Access to North",
        f"Group {team}",
        "Own right: Offers, Read",
    ]
    for line in review.lines.all():
        choose(line, "revoke")

    assert closed(review).state == "complete"
    assert not north.account_accesses.live().filter(account=gwen).exists()
    assert gwen.unit_accesses.live().filter(unit=unit).exists()
    assert not gwen.grants.live().exists()


def test_the_last_access_removes_the_person(unit: Unit, grant: Account) -> None:
    review = open_review(Scope("unit", unit), Wanted("All"), actor=SYSTEM)
    choose(line_of(review, grant, "Access"), "revoke")
    choose(line_of(review, grant, "Own right"), "keep")

    done = closed(review)

    assert line_of(done, grant, "Access").outcome == "removed"
    assert line_of(done, grant, "Own right").outcome == "gone"
    assert not grant.unit_accesses.live().exists()


def test_access_from_above_is_left_over(unit: Unit, gwen: Account) -> None:
    north = UnitFactory(name="North", parent=unit)
    wanted = {unit.pk: Entry(includes_subunits=True), north.pk: Entry()}
    set_unit_access(gwen, wanted, actor=SYSTEM, unit=unit)
    review = open_review(Scope("unit", north), Wanted("North"), actor=SYSTEM)
    choose(line_of(review, gwen, "Access"), "revoke")

    assert line_of(closed(review), gwen).left == [["Access to Northwind", []]]


def test_the_evidence_is_the_same_file_after_everything_was_renamed(
    review: Review, unit: Unit, gwen: Account, nemo: Account, campaign_team: Group, ada: Account
) -> None:
    choose(line_of(review, gwen), "revoke", ada)
    choose(line_of(review, nemo), "keep", ada)
    done = closed(review, ada)
    file = build(done)

    for account in (gwen, nemo, ada):
        update_account(account, first_name="Other", last_name="Name", actor=SYSTEM, unit=unit)
    update_group(campaign_team, display_name="Another name", actor=SYSTEM)
    rename_unit(unit, "Southwind", actor=SYSTEM)
    add_members(campaign_team, [gwen], actor=SYSTEM)

    again = build(Review.objects.get(pk=done.pk))
    assert again == file
    assert hashlib.sha256(again).hexdigest() == done.evidence
    told = json.loads(again)
    assert [line["person"] for line in told["lines"]] == ["Gwen Group", "Nemo Nobody"]
    assert [entry["event"] for entry in told["journal"]] == ["review.opened", *["review.decided"] * 2]
    closing = JournalEntry.objects.get(event="review.closed")
    assert done.evidence in json.dumps(closing.data)


def test_closing_can_be_taken_back(review: Review, unit: Unit, gwen: Account) -> None:
    choose(line_of(review, gwen), "revoke")
    closed(review)
    take_back(JournalEntry.objects.get(event="review.closed"), actor=SYSTEM, unit=unit)

    assert may(gwen, DELETE, unit)


def test_planned_rights_are_reviewed_and_never_begin(unit: Unit, campaign_team: Group, nemo: Account) -> None:
    add_members(campaign_team, [nemo], actor=SYSTEM, span=Span(timezone.now() + timedelta(days=3)))
    review = review_of(campaign_team)
    choose(line_of(review, nemo), "revoke")

    assert closed(review).state == "complete"
    assert not nemo.memberships.not_ended().exists()


def test_the_command_prints_the_same_file_and_notices_what_was_altered(review: Review, unit: Unit) -> None:
    assert run("export_review", str(review.pk)).code == 1
    done = closed(review)

    told = run("export_review", str(done.pk))
    assert told.code == 0
    assert told.out.encode() == build(done)
    assert done.evidence in told.err

    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_reviewline SET decision = 'keep'")
    altered = run("export_review", str(done.pk))
    assert altered.code == 1
    assert "altered since" in altered.err


def test_who_corrects_a_decision_while_it_is_closed_is_in_time(
    review: Review, unit: Unit, gwen: Account, nemo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(line_of(review, gwen), "revoke")
    choose(line_of(review, nemo), "keep")
    planned = plan_removals(review, actor=SYSTEM)
    choose(line_of(review, gwen), "keep")
    choose(line_of(review, nemo), "revoke")
    with monkeypatch.context() as patch:
        patch.setattr("accounts.services.reviews.plan_removals", lambda *_args, **_more: planned)
        done = closed(review)

    assert may(gwen, DELETE, unit)
    assert line_of(done, nemo).outcome == "not_removed"
    assert "while the review was being closed" in line_of(done, nemo).note
    assert check_again(done, actor=SYSTEM).state == "complete"
    assert not may(nemo, DELETE, unit)


def test_what_was_removed_and_given_anew_is_told_and_not_taken(
    review: Review, unit: Unit, gwen: Account, nemo: Account, campaign_team: Group
) -> None:
    choose(line_of(review, gwen), "revoke")
    done = closed(review)
    add_members(campaign_team, [gwen], actor=SYSTEM)
    choose(line_of(done, nemo), "keep")

    done = check_again(done, actor=SYSTEM)

    assert (done.state, line_of(done, gwen).outcome) == ("left_over", "still")
    assert may(gwen, DELETE, unit)
