"""Sources are complete and each is enough; a suggestion leads to a yes and names all that it brings."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.access import effective
from accounts.models import Account
from accounts.policy import policy_now
from accounts.services.allowing import take_steps
from accounts.who.question import keys_of
from accounts.why.case import Case, Offer
from accounts.why.search import ways_to
from accounts.why.suggestions import Suggestion, ask, suggestions
from adminrights.change import SYSTEM, preview
from adminrights.models import Unit
from roles.catalogue import build_catalogue, catalogue
from roles.resolver import HeldGrant, HeldRole, allows, may_enter, resolve
from tests.ceiling.organisation import found
from tests.roles.test_resolver import UNITS, situations, without


def with_everything_else(facts, known, place, key):
    """The facts with every other permission, so that nothing that it requires is missing."""
    rest = tuple(HeldGrant(900, place.unit, None, None, other) for other in known.permissions if other != key)
    return type(facts)(facts.active, facts.owns, facts.accesses, (*facts.grants, *rest), facts.roles)


# S1-06, S1-07
@given(situations())
@settings(max_examples=120)
def test_the_sources_are_complete_and_each_is_enough(situation):
    data, _, facts, place, options = situation
    known = build_catalogue(data)
    resolution = resolve(facts, known, place, **options)
    for key, sources in resolution.effective.items():
        bare = with_everything_else(without(facts, place, sources), known, place, key)
        assert not allows(bare, known, place, key, **options)
        for source in sources:
            demanded = known.demands.get(source.right, {}).get(key, ())
            if resolution.effective.keys() >= set(demanded):
                others = [other for other in sources if other != source]
                alone = with_everything_else(without(facts, place, others), known, place, key)
                assert allows(alone, known, place, key, **options)


# S1-06, S1-07
@given(situations())
@settings(max_examples=40)
def test_without_the_sources_of_a_named_permission_nobody_may_do_it(situation):
    data, _, facts, place, options = situation
    known = build_catalogue(data)
    resolution = resolve(facts, known, place, **options)
    facts = replace(facts, active=facts.active or options["as_if_active"])
    for name, named in known.named.items():
        case = Case(facts, place, name, known, options["enterable_units"], named.gives)
        assert case.allowed() == (resolution.effective.keys() >= set(named.gives))
        if case.allowed():
            for key in named.gives:
                bare = without(facts, place, resolution.held[key])
                assert not replace(case, facts=with_everything_else(bare, known, place, key)).allowed()


@st.composite
def questions(draw):
    """A situation, and groups that the account isn't in."""
    data, _parents, facts, place, options = draw(situations())
    known = build_catalogue(data)
    rights = st.frozensets(st.sampled_from(sorted(known.holdable_keys())), max_size=4)
    offers = {
        group: Offer(group, (HeldRole(group, draw(UNITS), group, draw(rights)),))
        for group in range(50, 50 + draw(st.integers(0, 4)))
    }
    # Whoever is let in here may enter one unit at least.
    enterable = max(options["enterable_units"], int(may_enter(facts, place)))
    return known, facts, place, enterable, offers, draw(st.sampled_from([None, 90]))


@given(questions())
@settings(max_examples=120)
def test_every_way_leads_to_a_yes_and_none_of_its_steps_can_be_left_out(question):
    known, facts, place, enterable, offers, second = question
    for key in (*known.permissions, *known.named):
        gives = known.named[key].gives if key in known.named else ()
        case = Case(facts, place, key, known, enterable, gives)
        if case.allowed():
            continue
        ways = ways_to(case, offers, second)
        assert ways.rights or second is None
        for way in ways.whole():
            assert case.after(way, offers).allowed()
            for step in way:
                assert not case.after([other for other in way if other != step], offers).allowed()


def rights_of(account: Account) -> dict[int, frozenset[str]]:
    """What the account may do in each unit, or would if it were active."""
    asleep = account.status == Account.Status.PENDING
    account = Account.objects.get(pk=account.pk)
    return {
        unit.pk: frozenset(effective(account, unit, as_if_active=asleep).effective)
        for unit in Unit.objects.all()
    }


def test_a_suggestion_brings_exactly_what_it_names(catalogue_rows):
    found()
    random, tried, keys = Random(7), 0, [*sorted(catalogue().permissions), *sorted(catalogue().named)]
    people, units = list(Account.objects.order_by("pk")), list(Unit.objects.order_by("pk"))
    for _case in range(24):
        account, unit = random.choice(people), random.choice(units)
        key = random.choice(keys)
        told = suggestions(ask(account, unit, key, SYSTEM))
        for each in told.found[:1]:
            preview(lambda: check(account, unit, key, each))  # noqa: B023 - it is called at once
            tried += 1
    assert tried > 8


def check(account: Account, unit: Unit, key: str, told: Suggestion) -> None:
    before = rights_of(account)
    take_steps(Account.objects.get(pk=account.pk), told.steps, actor=SYSTEM, unit=unit)
    after = rights_of(account)
    gained = frozenset().union(*(after[pk] - before[pk] for pk in after))
    keys = frozenset(keys_of(key, unit, policy_now()))
    assert keys <= after[unit.pk]
    assert gained - keys == told.brought.others
    assert frozenset().union(*(before[pk] - after[pk] for pk in after)) == told.brought.lost
