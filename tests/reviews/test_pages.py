"""Access reviews as people meet them: opening one, deciding, closing, the file."""

import hashlib
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access import may
from accounts.models import Account, Review
from accounts.reviews.scope import Scope
from accounts.services.reviews import Wanted, close_review, decide, open_review
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import add_members
from roles.models import Role
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.asking.acts import asked_by
from tests.factories import AccountFactory, GroupFactory, UnitFactory


@pytest.fixture
def as_ada(ada: Account, otto: Account) -> Client:
    return signed_in(ada)


def page_of(review: Review, step: str = "") -> str:
    return reverse(f"accounts:review{step}", args=[review.pk])


def ticks(review: Review, *people: Account) -> dict[str, Any]:
    """Return what the form sends with these people's lines ticked."""
    lines = review.lines.filter(account__in=people)
    seen = [f"{line.pk}:{line.version}" for line in review.lines.all()]
    return {"pk": [line.pk for line in lines], "seen": seen}


def decisions(review: Review) -> set[str]:
    return set(review.lines.values_list("decision", flat=True))


def test_a_review_is_opened_after_a_look_at_how_much_it_is(
    as_ada: Client, campaign_team: Group, gwen: Account, ada: Account
) -> None:
    add_members(campaign_team, [ada], actor=SYSTEM)
    page = f"/reviews/add/group/?target={campaign_team.pk}"
    assert f'value="{campaign_team.pk}" selected' in as_ada.get(page).content.decode()
    data = {"group": campaign_team.pk, "name": "Spring", "due": "2999-03-01", "reviewers": [ada.pk]}

    looked = as_ada.post(page, data | {"preview": "1"})
    assert "2 rights of 2 people would be reviewed. 1 of them is yours" in text_of(looked)
    assert not Review.objects.exists()

    opened = as_ada.post(page, data, follow=True)
    assert messages_of(opened) == ["Opened: 2 rights to look at."]
    assert "0 of 2 decided" in text_of(opened)
    assert "Your own: somebody else decides." in text_of(opened)
    assert Review.objects.get().reviewers.get().account == ada


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("group", {}, "This field is required"),
        ("module", {"module": "customers"}, "There is nothing to review"),
        ("unit", {"due": "2020-01-01"}, "This day is over"),
        ("unit", {"name": " "}, "This field is required"),
    ],
)
def test_what_cannot_be_reviewed_is_said(
    as_ada: Client, unit: Unit, kind: str, data: dict[str, str], said: str
) -> None:
    answer = as_ada.post(f"/reviews/add/{kind}/", {"name": "Spring", "inside": unit.pk} | data)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert as_ada.get("/reviews/add/nonsense/").status_code == 404


def test_a_review_is_under_way_and_a_request_is_open(as_ada: Client, review: Review, gwen: Account) -> None:
    asked_by(gwen, review.unit, "For the campaign")

    assert "Under way" in badges_of(as_ada, "/reviews/")
    assert "Under way" in badges_of(as_ada, page_of(review))
    assert badges_of(as_ada, "/requests/") == ["Open"]


def badges_of(client: Client, page: str) -> list[str]:
    html = client.get(page).content.decode()
    # What the statuses mean is told beside, with all of them.
    html = re.sub(r'<details class="drop tip">.*?</details>', "", html, flags=re.DOTALL)
    return re.findall(r'class="badge-status[^"]*">.*?<span>([^<]*)</span></span>', html, re.DOTALL)


def test_every_line_says_from_whom_since_when_and_what(
    as_ada: Client, unit: Unit, campaign_team: Group, ada: Account, nemo: Account
) -> None:
    add_members(campaign_team, [nemo], actor=ada)
    made = open_review(Scope("group", unit, campaign_team), Wanted("Spring"), actor=SYSTEM)

    page = text_of(as_ada.get(page_of(made)))

    assert re.search(
        r"Group Campaign team Ad campaigns \(.*\) since \d+ \w+ \d+ by Ada Admin · no use recorded", page
    )


def test_one_is_kept_by_its_button_and_several_with_a_reason(
    as_ada: Client, review: Review, gwen: Account, nemo: Account
) -> None:
    line = review.lines.get(account=gwen)
    sent = ticks(review) | {"only": line.pk}
    answer = as_ada.post(page_of(review, "_decide") + "?show=undecided", sent)
    assert answer["Location"] == f"{page_of(review)}?show=undecided#line-{line.pk}"

    refused = as_ada.post(page_of(review, "_decide"), ticks(review, gwen, nemo) | {"decision": "keep"})
    assert refused.status_code == 422
    assert "Give a reason" in text_of(refused)
    assert refused.content.decode().count(" checked>") == 2
    assert decisions(review) == {"keep", ""}

    more = ticks(review, gwen, nemo) | {"decision": "keep", "reason": "Still in the team"}
    assert as_ada.post(page_of(review, "_decide"), more).status_code == 302
    assert "2 of 2 decided" in text_of(as_ada.get(page_of(review)))


def test_what_was_typed_stays_when_somebody_was_faster(
    as_ada: Client, review: Review, gwen: Account, nemo: Account, otto: Account
) -> None:
    sent = ticks(review, gwen, nemo) | {"decision": "revoke", "reason": "The project is over"}
    line = review.lines.get(account=gwen)
    decide(review, {line.pk: 1}, "keep", actor=otto)

    refused = as_ada.post(page_of(review, "_decide"), sent)

    assert refused.status_code == 409
    assert "Otto Other decided about “Gwen Group · Group Campaign team” since you looked: Keep" in text_of(
        refused
    )
    assert 'value="The project is over"' in refused.content.decode()
    assert decisions(review) == {"keep", ""}


def test_the_dialog_of_one_right_notices_it_too_and_then_decides(
    as_ada: Client, review: Review, gwen: Account, otto: Account
) -> None:
    line = review.lines.get(account=gwen)
    page = f"/reviews/lines/{line.pk}/"
    decide(review, {line.pk: 1}, "keep", actor=otto)
    sent = {"decision": "revoke", "reason": "Gone", "seen": 1}

    refused = as_ada.post(page, sent)
    assert refused.status_code == 409
    assert "Otto Other decided" in text_of(refused)
    assert 'value="2"' in refused.content.decode()

    assert as_ada.post(page, sent | {"seen": 2}).status_code == 302
    assert decisions(review) == {"revoke", ""}


def test_one_right_shows_what_is_left_without_it(
    as_ada: Client, review: Review, unit: Unit, gwen: Account, campaigns_admin: Role
) -> None:
    GroupFactory(unit=unit, display_name="Press", roles=[campaigns_admin], members=[gwen])

    page = text_of(as_ada.get(f"/reviews/lines/{review.lines.get(account=gwen).pk}/"))

    assert "Without it the person would still have of this: Through the group Press, role Campaigns" in page
    assert "Through the group Campaign team" not in page


def test_nobody_decides_about_himself_by_any_door(
    as_ada: Client, review: Review, campaign_team: Group, ada: Account, gwen: Account
) -> None:
    add_members(campaign_team, [ada], actor=SYSTEM)
    own = open_review(Scope("group", campaign_team.unit, campaign_team), Wanted("Own"), actor=SYSTEM)
    line = own.lines.get(account=ada)
    page = as_ada.get(page_of(own)).content.decode()
    assert f'name="pk" value="{line.pk}"' not in page
    assert f"/reviews/lines/{line.pk}/" not in page

    said = {"reason": "Mine", "decision": "keep"}
    for path, sent in (
        (page_of(own, "_decide"), ticks(own, ada) | said),
        (page_of(own, "_decide"), ticks(own, ada, gwen) | said),
        (page_of(own, "_decide"), ticks(own) | said | {"only": line.pk}),
        (f"/reviews/lines/{line.pk}/", said | {"seen": 1}),
    ):
        assert "Nobody reviews their own rights" in text_of(as_ada.post(path, sent))
    assert decisions(own) == {""}


@pytest.mark.parametrize("sent", [{}, {"pk": ["x", "٣", "9" * 30]}, {"only": "-1"}, {"pk": [999_999]}])
def test_nonsense_decides_nothing(as_ada: Client, review: Review, sent: dict[str, Any]) -> None:
    answer = as_ada.post(page_of(review, "_decide"), sent | {"decision": "keep", "seen": ["1:x", ":"]})

    assert answer.status_code == 422
    assert decisions(review) == {""}


def test_the_lines_of_another_review_are_not_decided_through_this_one(
    as_ada: Client, review: Review, unit: Unit, campaigns_admin: Role
) -> None:
    group = GroupFactory(unit=unit, roles=[campaigns_admin], members=[AccountFactory(unit=unit)])
    other = open_review(Scope("group", unit, group), Wanted("Other"), actor=SYSTEM)
    sent = {"pk": [other.lines.get().pk], "seen": [f"{other.lines.get().pk}:1"], "decision": "keep"}

    assert "Nothing is ticked" in text_of(as_ada.post(page_of(review, "_decide"), sent))
    assert decisions(other) == {""}


def test_closing_shows_who_loses_what_and_does_that_or_nothing(
    as_ada: Client, review: Review, unit: Unit, gwen: Account, nemo: Account, campaign_team: Group
) -> None:
    lines = {line.account_id: line for line in review.lines.all()}
    decide(review, {lines[gwen.pk].pk: 1}, "revoke", reason="Left", actor=SYSTEM)
    entries = JournalEntry.objects.count()

    looked = as_ada.get(page_of(review, "_close"))
    assert "Gwen Group loses: Ad campaigns (" in text_of(looked)
    assert "1 right is undecided. It stays as it is" in text_of(looked)
    assert JournalEntry.objects.count() == entries

    sent = {"previewed": looked.context["previewed"]}
    refused = as_ada.post(page_of(review, "_close"), sent, follow=True)
    assert "1 right is undecided. Decide first" in messages_of(refused)[0]
    assert may(gwen, "ad_campaigns:delete", unit)

    add_members(
        GroupFactory(unit=unit, roles=list(Role.objects.filter(name="campaigns_admin"))), [gwen], actor=SYSTEM
    )
    moved = as_ada.post(page_of(review, "_close"), sent | {"leave": "on"})
    assert moved.status_code == 409
    assert "Gwen Group still has something of “Group Campaign team”. Through the group" in text_of(moved)

    done = as_ada.post(
        page_of(review, "_close"), {"previewed": moved.context["previewed"], "leave": "on"}, follow=True
    )
    assert messages_of(done) == ["The review is closed, and 2 rights are left over."]
    assert "Still has it: Through the group" in text_of(done)
    assert not campaign_team.memberships.live().filter(account=gwen).exists()


def test_the_file_is_what_was_sealed(as_ada: Client, review: Review) -> None:
    assert as_ada.get(page_of(review, "_evidence"))["Content-Type"].startswith("text/html")
    for line in review.lines.all():
        decide(review, {line.pk: 1}, "keep", actor=SYSTEM)
    close_review(review, actor=SYSTEM)

    answer = as_ada.get(page_of(review, "_evidence"))

    assert "attachment" in answer["Content-Disposition"]
    digest = hashlib.sha256(answer.content).hexdigest()
    assert digest in text_of(as_ada.get(page_of(review)))
    assert "Complete" in text_of(as_ada.get("/reviews/?state=complete"))


def test_whoever_may_not_see_who_is_here_sees_no_names(review: Review, unit: Unit, gwen: Account) -> None:
    close_review(review, actor=SYSTEM, leave_undecided=True)
    client = signed_in(AccountFactory(unit=unit, permissions=["access:assign"]))
    line = review.lines.get(account=gwen)

    for path in (page_of(review), page_of(review, "_evidence"), f"/reviews/lines/{line.pk}/"):
        assert "Gwen" not in client.get(path).content.decode()
    answer = client.post("/reviews/add/unit/", {"name": "All", "inside": unit.pk})
    assert answer.status_code == 403


def test_a_review_of_another_unit_is_not_there(as_ada: Client, unit: Unit) -> None:
    elsewhere = UnitFactory(name="Elsewhere")
    AccountFactory(unit=elsewhere)
    other = open_review(Scope("unit", elsewhere), Wanted("Other"), actor=SYSTEM)

    assert as_ada.get(page_of(other)).status_code == 404
    assert "Other" not in text_of(as_ada.get("/reviews/"))
    assert as_ada.post("/reviews/add/unit/", {"name": "All", "inside": elsewhere.pk}).status_code == 422


def test_a_review_costs_the_same_however_many_lines_it_has(
    as_ada: Client, review: Review, unit: Unit, campaign_team: Group
) -> None:
    def cost(made: Review) -> int:
        as_ada.get(page_of(made))
        with CaptureQueriesContext(connection) as caught:
            as_ada.get(page_of(made))
        return len(caught)

    few = cost(review)
    add_members(campaign_team, [AccountFactory(unit=unit) for _number in range(12)], actor=SYSTEM)
    many = open_review(Scope("unit", unit), Wanted("All"), actor=SYSTEM)

    assert many.lines.count() > 25
    assert cost(many) == few
