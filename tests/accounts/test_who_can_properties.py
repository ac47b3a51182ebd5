"""In worlds where anything happened: whom the list names are those who may, the numbers add up."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective, may
from accounts.dates.services import set_dates
from accounts.held import held_by, held_of
from accounts.items import may_with
from accounts.models import Account, Item
from accounts.policy import policy_now, policy_token
from accounts.services.items import hand_over, register_item
from accounts.who import search, shown
from accounts.who.answer import Answer, ask, count
from accounts.who.judge import WAYS
from accounts.who.listing import ONLY_GROUPS, Wanted, narrowed, people_of
from accounts.who.people import people_who
from accounts.who.question import Question, about_item, about_level, about_permission, about_role, workable
from accounts.who.shown import by_name, fitting
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.exceptions import Refused
from adminrights.models import Unit
from adminrights.models.facts import live_now
from groups.services import add_members
from roles.models import Role
from roles.reading import people_with
from tests.accounts.pages import signed_in
from tests.edits import World
from tests.factories import AccountFactory, GroupFactory, RoleFactory

KEYS = ("contacts:list", "contacts:delete", "campaigns:start", "ad_campaigns:update", "accounts:list")
# One that a named permission gives with demands of its own, and one that needs a second unit.
SPECIAL = ("media:delete", "forms:copy")
SEEDS = (23,)


def lived_in(seed: int) -> World:
    """Return a world in which much has happened, some rights end, and an event was handed over."""
    world = World(seed)
    world.steps(20)
    units = list(Unit.objects.open())
    for number in range(5):
        unit, group = world.one(units), world.one(world.groups())
        person = AccountFactory(unit=unit, groups=[group], permissions=[KEYS[number % 3]])
        for fact in (person.memberships.get(), person.grants.get(), person.unit_accesses.get()):
            if world.random.random() < 0.6:
                days = timedelta(days=world.random.randint(1, 400))
                set_dates(fact, Span(None, timezone.now() + days), actor=SYSTEM)
        world.people.append(person)
    seen = ["media:list", "media:get"]
    half = ["media.manage", "media:list"]
    copies = [SPECIAL[1], "account_settings:get"]
    for rights in (half, ["media.manage", *seen], ["media:delete", *seen], copies):
        for door in ("includes_subunits", "own_rights_only"):
            known = {"permissions": rights, "access": {door: True}, "groups": [world.one(world.groups())]}
            world.people.append(AccountFactory(unit=world.root, **known))
            world.people.append(AccountFactory(unit=world.one(units), **known))
    # The owner, and somebody who has all of it directly, have it through a group too.
    every = GroupFactory(unit=world.root, roles=[RoleFactory(unit=world.root, rules=KEYS)])
    owner = Unit.objects.get(pk=world.root.pk).owner
    assert owner
    add_members(every, [owner, AccountFactory(unit=world.root, permissions=KEYS)], actor=SYSTEM)
    item = register_item("events", world.root, "Gala", actor=SYSTEM)
    for account in world.people:
        with suppress(Refused):
            hand_over(item, account, actor=SYSTEM)
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_lists_numbers_ends_and_files_tell_the_truth(
    seed: int, catalogue_rows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that what is done with many is done here too.
    monkeypatch.setattr(search, "FEW", 2)
    monkeypatch.setattr(shown, "FEW", 2)
    world = lived_in(seed)

    check_people()
    check_filters(world)
    check_roles()
    check_ends()
    check_files(world)


def questions(unit: Unit) -> Iterator[Question]:
    yield from (about_permission(key, unit) for key in (*KEYS, *SPECIAL, "contacts.view", "contacts.remove"))
    yield from (about_level(module, level, unit) for module in ("contacts", "campaigns") for level in (1, 2))


def who_may(question: Question, allowed: Mapping[int, Collection[str]]) -> set[int]:
    """Return for whom each account's own answer is yes."""
    keys = workable(question, policy_now()) if len(question.keys) > 1 else question.keys
    return {pk for pk, rights in allowed.items() if keys and all(key in rights for key in keys)}


def check_people() -> None:
    """Whom it names are exactly those who may."""
    everybody = list(Account.objects.all())
    now, numbers = timezone.now(), [account.pk for account in everybody]
    held, token = held_of(numbers, now)
    assert token == policy_token()
    assert {number: each.signature() for number, each in held.items()} == {
        number: each.signature() for number, each in held_by(numbers, live_now(now)).items()
    }
    for unit in Unit.objects.open():
        allowed = {account.pk: effective(account, unit).effective for account in everybody}
        for question in questions(unit):
            answer = ask(question)
            assert set(answer.having) == who_may(question, allowed), question
            check_numbers(answer, allowed)
            check_sets(answer)
        assert set(ask(about_permission(KEYS[0], unit)).having) == {
            account.pk for account in everybody if may(account, KEYS[0], unit)
        }
    item = Item.objects.get()
    for action in ("", "get", "update"):
        question = about_item(item, action)
        assert set(ask(question).having) == {
            account.pk for account in everybody if any(may_with(account, key, item) for key in question.keys)
        }


def check_numbers(answer: Answer, allowed: Mapping[int, Any]) -> None:
    """The ways add up to the people, and each has a source for each way."""
    numbers = count(answer.having.values())
    assert numbers.people == len(answer.having)
    assert numbers.owner + numbers.handed + numbers.direct + numbers.through == numbers.people
    for account, has in answer.having.items():
        sources = answer.sources(account)
        assert sources
        assert {source.group for source in sources} - {None} == has.groups
        assert has.ways <= set(WAYS)
        assert {source for key in has.keys for source in allowed[account][key]} == set(sources)


def check_sets(answer: Answer) -> None:
    """The sets say of everybody at once what each person's own answer says."""
    people = people_who(answer.question)
    assert people.everybody == set(answer.having), answer.question
    assert people.counts() == count(answer.having.values())
    assert people.listed(answer.question.unit) == {row.pk for row in people_of(answer, answer.question.unit)}
    through = {way.group: way.people() for way in people.used(people.everybody)}
    groups = frozenset().union(*(has.groups for has in answer.having.values()))
    assert through == {
        group: {account for account, has in answer.having.items() if group in has.groups} for group in groups
    }


def check_filters(world: World) -> None:
    """What the filters leave of sets is what they leave of people, in the same order, from both ends."""
    for question in map(partial(about_permission, unit=world.root), KEYS):
        people, found = people_of(ask(question), world.root), people_who(question)
        groups = {group for row in people for group in row.having.groups}
        roles = {role for row in people for role in row.having.roles}
        for wanted in (
            *(Wanted(way=way) for way in (*WAYS, ONLY_GROUPS, "nonsense")),
            *(Wanted(group=group) for group in groups), *(Wanted(role=role) for role in roles),
            Wanted(group=min(groups, default=0), role=max(roles, default=0)),
            Wanted(text="first1"), Wanted(status="pending"),
        ):  # fmt: skip
            left = [row.pk for row in narrowed(people, wanted)]
            assert by_name(fitting(found, found.listed(world.root), wanted), 0, 500) == left, wanted
        assert by_name({row.pk for row in people}, 3, 5, backwards=True) == [r.pk for r in people[::-1]][3:5]


def check_roles() -> None:
    """A role is had by those of the groups that carry it."""
    for role in Role.objects.present().own():
        for unit in Unit.objects.open():
            found = set(ask(about_role(role, unit)).having)
            assert found == set(people_with(role, unit).values_list("pk", flat=True))


def check_ends() -> None:
    """The date that the list shows is the first moment at which the answer is no."""
    ended = 0
    for unit in Unit.objects.open():
        for key in KEYS[:3]:
            question = about_permission(key, unit)
            for account, end in ask(question).ends.items():
                ended += 1
                assert account in ask(question, end - timedelta(microseconds=1)).having
                assert account not in ask(question, end).having
            far = timezone.now() + timedelta(days=500)
            lasting = set(ask(question).having) - set(ask(question).ends)
            assert lasting <= set(ask(question, far).having)
    assert ended


def check_files(world: World) -> None:
    """The file has as many rows as the page says under any filter."""
    reader = AccountFactory(unit=world.root, permissions=["accounts:list", "access_log:list", "events:list"])
    client, random = signed_in(reader), world.random
    groups, roles = ([each.pk for each in kind] for kind in (world.groups(), world.roles()))
    for name, about in (
        *(("permission_who", key) for key in KEYS[:3]), ("module_who", "contacts"),
        ("role_who", roles[0]), ("item_who", Item.objects.get().pk),
    ):  # fmt: skip
        for _number in range(3):
            query = {
                "q": random.choice(["", "", "a", "first1", "name", "%"]),
                "way": random.choice(["", "owner", "directly", "group", "only"]),
                "group": random.choice(["", "", *groups]),
                "role": random.choice(["", "", *roles]),
                "days": random.choice(["", "", "7", "90", "365"]),
                "level": random.choice(["1", "2"]),
                "action": random.choice(["", "get", "update"]),
            }
            asked = {key: value for key, value in query.items() if value and random.random() < 0.6}
            page = client.get(reverse(f"accounts:{name}", args=[about]), asked)
            sent = client.get(reverse(f"accounts:{name}_export", args=[about]), asked)
            rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode())))
            assert page.context["count"] == len(rows), (name, asked)
            assert [r.record.email for r in page.context["table"].rows][:50] == [r["email"] for r in rows][
                :50
            ]
