"""In any organisation an approved request allows what was asked for, and changes what its preview said."""

from random import Random

import pytest

from accounts.access import effective
from accounts.asking.reading import stays
from accounts.models import AccessRequest, Account
from accounts.services.requests import approve_request, ask_for_access
from accounts.why.steps import Step
from accounts.why.suggestions import Suggestion, ask, suggestions
from adminrights.change import SYSTEM, preview
from adminrights.days import end_of
from adminrights.effects import Effect
from adminrights.exceptions import Invalid, Refused
from adminrights.models import JournalEntry, Unit
from roles.catalogue import catalogue
from tests.dates import MONDAY
from tests.edits import World

SEEDS, ASKED, ENOUGH = (3, 8), 9, 3
Rights = dict[tuple[int, int], frozenset[str]]


def rights() -> Rights:
    """What everybody may do everywhere."""
    people, units = list(Account.objects.all()), list(Unit.objects.open())
    return {(who.pk, unit.pk): frozenset(effective(who, unit).effective) for who in people for unit in units}


def measured(before: Rights, after: Rights) -> set[tuple[int, int, frozenset[str], frozenset[str]]]:
    moved = ((key, after[key] - before[key], before[key] - after[key]) for key in before)
    return {(*key, gained, lost) for key, gained, lost in moved if gained or lost}


def predicted(effects: list[Effect]) -> set[tuple[int, int, frozenset[str], frozenset[str]]]:
    return {(each.account, each.unit, each.gained, each.lost) for each in effects}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_approved_request_gives_the_suggestion_and_nothing_more(
    seed: int, catalogue_rows: None, monday: object
) -> None:
    world, random = World(seed), Random(seed)
    world.steps(12)
    answered = 0
    for request in filed(world, random):
        owner = Account.objects.get(owned_units=world.root)
        asked = ask(request.account, request.unit, request.permission, owner)
        told = [each for each in suggestions(asked).found if not each.refusal]
        if told:
            judge(request, random.choice(told), owner, dated=random.random() < 0.5)
            answered += 1
    assert answered >= ENOUGH


def filed(world: World, random: Random) -> list[AccessRequest]:
    found = []
    for _case in range(ASKED):
        key = random.choice(sorted(catalogue().permissions))
        try:
            found.append(ask_for_access(world.account(), key, unit=world.unit(), reason="To work"))
        except Refused:
            continue
    return found


def judge(request: AccessRequest, told: Suggestion, owner: Account, *, dated: bool) -> None:
    ends = end_of(MONDAY.date()) if dated else None
    if ends and stays(ask(request.account, request.unit, request.permission, owner), told.steps):
        with pytest.raises(Invalid):
            approve_request(request, told.steps, actor=owner, ends=ends)
        ends = None
    refuse_more(request, told, owner)
    shown = preview(lambda: approve_request(request, told.steps, actor=owner, ends=ends))
    before = rights()

    facts = approve_request(AccessRequest.objects.get(pk=request.pk), told.steps, actor=owner, ends=ends)

    after = rights()
    here = (request.account_id, request.unit_id)
    assert request.permission in after[here]
    assert shown is not None
    assert measured(before, after) == predicted(shown.effects.real)
    gained = frozenset().union(*(after[key] - before[key] for key in before if key[0] == here[0]))
    assert gained - {request.permission} == told.brought.others
    assert {fact.expires_at for fact in facts} <= {ends}
    assert JournalEntry.objects.latest("sequence").event == "request.approved"


def refuse_more(request: AccessRequest, told: Suggestion, owner: Account) -> None:
    """One step more is refused, whoever asks for it."""
    spare = next(key for key in ("offers:list", "roles:list") if key != request.permission)
    more = (*told.steps, Step("key", spare))
    if Step("key", spare) not in told.steps:
        for actor in (owner, SYSTEM):
            with pytest.raises(Invalid):
                approve_request(request, more, actor=actor)
