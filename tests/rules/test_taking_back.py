"""Rules and exceptions are taken back through the log like any other change, and by their own services."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccessRule, Account, Waiver
from accounts.services.factors import set_factor_rule
from accounts.services.grants import set_permission
from accounts.services.lifecycle import remove_account, update_account
from accounts.services.rules import Wanted, end_rule, end_waiver, give_waiver, replace_rule, start_rule
from accounts.services.taking_back import take_back
from accounts.taking_back.which import FIT, INSTEAD, is_fit
from adminrights.change import SYSTEM
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotAllowed, OwnRights, Refused, RuleBroken
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import delete_group
from tests.accounts.pages import signed_in, text_of
from tests.accounts.test_taking_back import entry_of, last, newest, standing, take_back_page
from tests.edits import STEPS, World
from tests.factories import AccountFactory, GroupFactory
from tests.terminal import run

pytestmark = pytest.mark.django_db
DELETE, EXPORT = "ad_campaigns:delete", "contacts:export"
BOTH = Wanted("both", DELETE, EXPORT)
# What moves no right, and why nobody would look for the way back.
NOTHING = {
    "about signing in and the person's own account": {
        Event.PASSWORD_RESET_ASKED, Event.PASSWORD_REHASHED, Event.ADDRESS_ASKED, Event.FACTOR_ADDED,
        Event.FACTOR_REMOVED, Event.RECOVERY_CODES_MADE, Event.RECOVERY_CODE_USED, Event.SIGNED_IN,
        Event.SIGNED_OUT, Event.SIGN_IN_FAILED, Event.SESSION_ENDED, Event.SESSIONS_ENDED,
        Event.SIGN_INS_LIMITED, Event.SIGN_IN_LIMIT_LIFTED,
    },
    "a mail that went, or didn't": {
        Event.MAIL_SENT_AGAIN, Event.MAIL_NOT_DELIVERED, Event.INVITATION_LATE, Event.INVITATION_OPENED,
        Event.ENDS_TOLD,
    },
    "asked or noted; what follows has an entry of its own": {
        Event.ACCESS_ASKED, Event.REVIEW_OPENED, Event.REVIEW_DECIDED, Event.ACCESS_REFUSED,
        Event.ITEM_REGISTERED,
    },
    "about the machine": {Event.SECRETS_RENEWED, Event.BACKUP_MADE},
}  # fmt: skip


def test_of_every_event_it_is_known_whether_and_how_it_is_taken_back() -> None:
    known = [*FIT, *INSTEAD, *(event for events in NOTHING.values() for event in events)]

    assert sorted(known) == sorted(Event)


def give(account: Account, unit: Unit, key: str = EXPORT) -> None:
    set_permission(account, key, given=True, actor=SYSTEM, unit=unit)


def let_off(rule: AccessRule, person: Account, actor: object = SYSTEM, days: int = 9) -> Waiver:
    until = timezone.now() + timedelta(days=days)
    return give_waiver(rule, person, until=until, reason="Year's end", actor=actor)


def live() -> set[str]:
    return {str(rule) for rule in AccessRule.objects.live()}


@pytest.fixture
def rule(unit: Unit) -> AccessRule:
    return start_rule(BOTH, unit=unit, actor=SYSTEM)


def test_a_rule_that_was_added_is_taken_away_and_comes_again(
    unit: Unit, ada: Account, otto: Account, gwen: Account, rule: AccessRule
) -> None:
    asked = text_of(take_back_page(ada, entry_of("rule.started")))
    assert "Nobody gains or loses anything by this." in asked
    with pytest.raises(RuleBroken):
        give(gwen, unit)

    assert "Undone: “" in text_of(take_back_page(ada, entry_of("rule.started"), post=True))
    assert not live()
    take_back(entry_of("change.taken_back"), actor=ada, unit=unit)
    assert live() == {str(rule)}
    with pytest.raises(RuleBroken):
        give(gwen, unit)


def test_an_ended_rule_lives_again_and_what_breaks_it_today_is_said_first(
    unit: Unit, ada: Account, gwen: Account, rule: AccessRule
) -> None:
    end_rule(rule, actor=SYSTEM)
    give(gwen, unit)
    entry = entry_of("rule.ended")

    said = f"This rule doesn't hold today: {rule}. Broken for 1 person (Gwen Group)."
    assert said in text_of(take_back_page(ada, entry)).replace("&#x27;", "'")
    tried = run("take_back", str(entry.sequence), "--dry-run")
    assert (tried.code, live()) == (3, set())
    assert said in tried.err
    assert "Undone: “" in text_of(take_back_page(ada, entry, post=True))

    assert live() == {str(rule)}
    assert run("check_rules").code == 3
    sam = AccountFactory(unit=unit, permissions=[DELETE])
    with pytest.raises(RuleBroken):
        give(sam, unit)


def test_whoever_looked_before_more_people_broke_it_is_asked_once_more(
    unit: Unit, ada: Account, gwen: Account, rule: AccessRule
) -> None:
    end_rule(rule, actor=SYSTEM)
    looked = take_back_page(ada, entry_of("rule.ended"))
    give(gwen, unit)

    sent = {"previewed": looked.context["previewed"]}
    answer = looked.client.post(looked.request["PATH_INFO"], sent)

    assert answer.status_code == 409
    assert "Broken for 1 person" in answer.content.decode()
    assert not live()


def test_a_rule_that_is_there_again_or_is_about_nothing_stays_ended(
    unit: Unit, ada: Account, otto: Account, rule: AccessRule, campaign_team: Group
) -> None:
    end_rule(rule, actor=SYSTEM)
    entry = entry_of("rule.ended")
    start_rule(BOTH, unit=unit, actor=SYSTEM)
    with pytest.raises(Invalid, match="Nothing of this"):
        take_back(entry, actor=ada, unit=unit)

    team = GroupFactory(unit=unit)
    end_rule(start_rule(Wanted("group", EXPORT, group=team), unit=unit, actor=SYSTEM), actor=SYSTEM)
    delete_group(team, actor=SYSTEM)
    with pytest.raises(Invalid, match="Nothing of this"):
        take_back(entry_of("rule.ended"), actor=ada, unit=unit)
    # Only the very same rule stands in the way.
    end_rule(start_rule(Wanted("group", EXPORT, group=campaign_team), unit=unit, actor=SYSTEM), actor=SYSTEM)
    entry = entry_of("rule.ended")
    start_rule(Wanted("group", EXPORT, group=GroupFactory(unit=unit)), unit=unit, actor=SYSTEM)
    take_back(entry, actor=ada, unit=unit)
    assert len(live()) == 3


def test_a_changed_rule_is_the_old_one_again_with_whoever_was_let_off(
    unit: Unit, ada: Account, otto: Account, gwen: Account, rule: AccessRule
) -> None:
    old = let_off(rule, gwen)
    replace_rule(rule, Wanted("nobody", "offers:delete"), actor=SYSTEM)
    assert not Waiver.objects.live().exists()

    take_back(entry_of("rule.started"), actor=ada, unit=unit)

    waiver = Waiver.objects.live().get()
    assert live() == {str(rule)}
    assert (waiver.account, waiver.expires_at, waiver.reason) == (gwen, old.expires_at, old.reason)
    assert waiver.rule == AccessRule.objects.live().get()
    give(gwen, unit)
    take_back(entry_of("change.taken_back"), actor=ada, unit=unit)
    assert not Waiver.objects.live().exists()


def test_an_exception_is_taken_back_only_once_nobody_needs_it(
    unit: Unit, ada: Account, otto: Account, gwen: Account, rule: AccessRule
) -> None:
    let_off(rule, gwen)
    give(gwen, unit)
    entry = entry_of("waiver.given")
    assert "This would break the rule" in text_of(take_back_page(ada, entry))

    set_permission(gwen, EXPORT, given=False, actor=SYSTEM, unit=unit)
    take_back_page(ada, entry, post=True)
    assert not Waiver.objects.live().exists()


def test_nobody_lets_himself_off_by_taking_back(
    unit: Unit, ada: Account, otto: Account, rule: AccessRule, helen: Account
) -> None:
    end_waiver(let_off(rule, ada, otto), actor=otto)
    entry = entry_of("waiver.ended")
    with pytest.raises(OwnRights):
        take_back(entry, actor=ada, unit=unit)
    with pytest.raises(NotAllowed):
        take_back(entry, actor=helen, unit=unit)
    take_back(entry, actor=otto, unit=unit)
    end_rule(AccessRule.objects.live().get(), actor=otto)
    with pytest.raises(OwnRights):
        take_back(entry_of("rule.ended"), actor=ada, unit=unit)
    assert not live()
    take_back(entry_of("rule.ended"), actor=otto, unit=unit)
    assert Waiver.objects.live().get().account == ada


def test_an_exception_comes_again_for_the_rule_that_came_again_but_not_for_whoever_left(
    unit: Unit, ada: Account, otto: Account, gwen: Account, rule: AccessRule
) -> None:
    end_waiver(let_off(rule, gwen), actor=SYSTEM)
    entry = entry_of("waiver.ended")
    end_rule(rule, actor=SYSTEM)
    with pytest.raises(Invalid, match="Nothing of this"):
        take_back(entry, actor=ada, unit=unit)
    take_back(entry_of("rule.ended"), actor=ada, unit=unit)
    take_back(entry, actor=ada, unit=unit)
    assert Waiver.objects.live().get().rule != rule

    end_rule(AccessRule.objects.live().get(), actor=SYSTEM)
    remove_account(gwen, actor=SYSTEM, unit=unit)
    [left] = take_back(entry_of("rule.ended"), actor=ada, unit=unit)
    assert "what it belongs to is there no more" in left
    assert not Waiver.objects.live().exists()


def test_an_address_and_the_rule_of_second_factors_are_taken_back_too(
    unit: Unit, ada: Account, otto: Account, nemo: Account
) -> None:
    was = nemo.email
    update_account(nemo, email="new@example.org", campaign_notifications=True, actor=SYSTEM, unit=unit)
    set_factor_rule(unit, required=True, actor=SYSTEM)

    take_back(entry_of("unit.factor_rule_changed"), actor=SYSTEM, unit=unit)
    take_back(entry_of("account.updated"), actor=SYSTEM, unit=unit)

    nemo.refresh_from_db()
    assert (nemo.email, nemo.campaign_notifications) == (was, False)
    assert not Unit.objects.get(pk=unit.pk).factor_required


Step = Callable[[World], None]


def wanted(world: World) -> Wanted:
    keys = world.random.sample(["contacts:list", "campaigns:list", "contacts:get", "ad_campaigns:get"], 2)
    kind = world.one(["both", "nobody", "group", "unit", "least"])
    group, least = world.one(world.groups()), world.random.randint(1, 3)
    return Wanted(kind, keys[0], keys[1], group, world.one(world.units), least)


def a_rule(world: World, **like: object) -> AccessRule:
    found = AccessRule.objects.live().filter(unit__closed_at=None, **like).order_by("pk")
    if not found:
        return start_rule(Wanted("nobody", "offers:delete"), unit=world.root, actor=SYSTEM)
    return world.one(list(found))


def add(world: World) -> None:
    start_rule(wanted(world), unit=world.unit(), actor=SYSTEM, despite=True)


def drop(world: World) -> None:
    end_rule(a_rule(world), actor=SYSTEM)


def swap(world: World) -> None:
    replace_rule(a_rule(world), wanted(world), actor=SYSTEM, despite=True)


def except_one(world: World) -> None:
    let_off(a_rule(world, least=None), world.account(), days=world.random.randint(1, 9))


def hold_again(world: World) -> None:
    for waiver in Waiver.objects.live().order_by("pk")[:1]:
        end_waiver(waiver, actor=SYSTEM)


def rules_standing(world: World) -> set[object]:
    off = Waiver.objects.live().select_related("rule__unit")
    waivers = {(str(each), each.rule.unit_id, each.account_id, each.expires_at, each.reason) for each in off}
    return {(str(rule), rule.unit_id) for rule in AccessRule.objects.live()} | waivers


@pytest.mark.parametrize("seed", range(2))
def test_any_step_with_rules_is_taken_back_exactly_and_so_is_that(catalogue_rows: None, seed: int) -> None:
    world, done = World(seed), set[str]()
    add(world)
    steps: list[Step] = [add, drop, swap, except_one, hold_again, *world.random.sample(STEPS, 3)]
    for step in world.random.sample(steps * 3, 20):
        before, since = (standing(world), rules_standing(world)), last()
        try:
            step(world)
        except Refused:
            continue
        after, entries = (standing(world), rules_standing(world)), newest(since)
        if not entries or not all(is_fit(entry) for entry in entries):
            continue
        since = last()
        try:
            for entry in entries:
                take_back(entry, actor=SYSTEM, unit=world.root)
        except RuleBroken:
            # It had mended what a rule forbids.
            assert step in STEPS
            continue
        done.add(step.__name__)
        assert (standing(world), rules_standing(world)) == before, step.__name__
        for entry in newest(since):
            take_back(entry, actor=SYSTEM, unit=world.root)
        assert (standing(world), rules_standing(world)) == after, step.__name__
    assert {"add", "drop", "swap", "except_one"} <= done


def test_the_entry_offers_it_and_says_what_came_again(
    unit: Unit, ada: Account, otto: Account, gwen: Account, rule: AccessRule
) -> None:
    let_off(rule, gwen)
    end_rule(rule, actor=SYSTEM)
    take_back(entry_of("rule.ended"), actor=ada, unit=unit)

    entry: JournalEntry = entry_of("change.taken_back")
    page = text_of(signed_in(otto).get(entry.get_absolute_url()))
    assert str(rule) in page
    assert "Access rule" in page
    assert {row["kind"] for row in entry.data["changes"] if row["do"] == "start"} == {"accessrule", "waiver"}
