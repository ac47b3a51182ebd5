"""Who sets dates: never for himself, never beyond what he may pass on, never where he may do nothing."""

from datetime import timedelta

import pytest

from accounts.dates.kinds import Dated
from accounts.dates.services import cancel_planned, set_dates
from accounts.models import Account, Grant
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import MayNotPassOn, NotAllowed, OwnAccount, OwnRights
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members
from tests.dates import LAST, MONDAY, as_, now_of, page, sent
from tests.factories import AccountFactory, GroupFactory, UnitFactory

pytestmark = pytest.mark.usefixtures("monday")


# ---- who may not -------------------------------------------------------------------------------------------


def test_nobody_prolongs_a_right_of_their_own_on_the_page_or_past_it(unit: Unit, ada: Account) -> None:
    keys = ["access:assign", "accounts:get", "contacts:export"]
    person = AccountFactory(unit=unit, permissions=keys)
    short = set_dates(person.grants.get(permission="contacts:export"), Span(None, LAST), actor=ada)

    for ends in ("2026-04-01", ""):
        answer = sent(as_(person), short, ends=ends)
        assert "raise your own rights" in answer.content.decode()
    with pytest.raises(OwnRights):
        set_dates(short, Span(None, None), actor=person)

    assert Grant.objects.live().get(pk=short.pk).expires_at == LAST


def test_the_owner_prolongs_nothing_of_his_own_either(unit: Unit, ada: Account, grant: Account) -> None:
    short = set_dates(grant.grants.get(), Span(None, LAST), actor=ada)
    with change(Event.UNIT_UPDATED, actor=SYSTEM) as c:
        c.update(unit, owner=grant)

    with pytest.raises(OwnRights):
        set_dates(short, Span(None, None), actor=grant)


def test_nobody_prolongs_what_he_may_not_pass_on(
    unit: Unit, helen: Account, gwen: Account, ada: Account
) -> None:
    short = set_dates(gwen.memberships.get(), Span(None, LAST), actor=ada)

    answer = sent(as_(helen), short, ends="2026-05-01")

    assert "You may not give Gwen Group" in answer.content.decode()
    assert now_of(short).pk == short.pk


def test_nobody_lets_begin_sooner_what_he_may_not_pass_on(
    unit: Unit, helen: Account, nemo: Account, campaign_team: Group, ada: Account
) -> None:
    far, near = MONDAY + timedelta(days=30), MONDAY + timedelta(days=1)
    planned = add_members(campaign_team, [nemo], actor=ada, span=Span(far))[0]

    with pytest.raises(MayNotPassOn):
        set_dates(planned, Span(near), actor=helen)
    later = set_dates(planned, Span(far + timedelta(days=1)), actor=helen)
    cancel_planned(later, actor=helen)

    assert not nemo.memberships.not_ended().exists()


def test_nobody_sets_until_when_he_may_enter_himself(unit: Unit, ada: Account, otto: Account) -> None:
    with pytest.raises(OwnAccount):
        set_dates(ada.unit_accesses.get(), Span(None, LAST), actor=ada)


@pytest.mark.parametrize("kind", ["membership", "right", "access"])
def test_who_may_do_none_of_it_is_refused(
    kind: str, unit: Unit, nemo: Account, gwen: Account, own: Grant
) -> None:
    facts: dict[str, Dated] = {
        "membership": gwen.memberships.get(),
        "right": own,
        "access": gwen.unit_accesses.get(),
    }

    answer = as_(nemo).get(page(facts[kind]))

    assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        set_dates(facts[kind], Span(None, LAST), actor=nemo)


def test_what_lies_in_another_organisation_is_not_found(ada: Account) -> None:
    other = UnitFactory(name="Elsewhere")
    stranger = AccountFactory(unit=other, levels={"customers": 1}, groups=[GroupFactory(unit=other)])
    client = as_(ada)

    for fact in (stranger.grants.get(), stranger.memberships.get(), stranger.unit_accesses.get()):
        assert client.get(page(fact)).status_code == 404
        assert client.get(page(fact, "dates_cancel")).status_code == 404


def test_numbers_and_kinds_that_nothing_has_are_not_found(ada: Account, own: Grant, gwen: Account) -> None:
    client = as_(ada)

    for path in (
        f"/accounts/{own.account_id}/dates/right/999999/",
        f"/accounts/{gwen.pk}/dates/right/{own.pk}/",
        f"/accounts/{own.account_id}/dates/status/{own.pk}/",
        f"/accounts/{own.account_id}/dates/right/{'9' * 30}/",
    ):
        assert client.get(path).status_code == 404, path
