"""The product's world, measured through its own doors."""

from functools import cached_property

from django.conf import settings

from accounts.access import effective
from accounts.models import Account
from accounts.who.listing import Wanted
from accounts.who.people import people_who
from accounts.who.question import about_permission
from accounts.who.shown import shown
from adminrights.models import Unit
from groups.models import Membership
from roles.models import Role
from tests.bench import our_changes, our_decisions, our_pages, our_server
from tests.bench.agreement import check
from tests.bench.answers import FIRST, Answering
from tests.bench.filling import Filled, fill
from tests.bench.organisation import organisation, role_of
from tests.bench.shape import Shape
from tests.bench.worker import answer, line_out, scratch, settle


class Ours:
    """What the measures need to know of the world."""

    def __init__(self, shape: Shape, filled: Filled) -> None:
        self.shape, self.filled = shape, filled
        self.root: Unit = filled.units[0]

    @cached_property
    def boss(self) -> Account:
        return Account.objects.get(pk=self.filled.people[-1])

    def role(self, name: str) -> Role:
        return Role.objects.get(pk=self.filled.roles[role_of(self.shape, name)])

    def group(self, name: str) -> int:
        return self.filled.groups[self.shape.special[name]]


def answering(world: Ours) -> Answering:
    """Return how the product answers, through the functions behind its pages."""
    shape, root = world.shape, world.root

    def account(index: int) -> Account:
        return Account.objects.get(pk=world.filled.people[index])

    def first(key: str) -> list[str]:
        rows = shown(about_permission(key, root), root, Wanted(), None).data[:FIRST]
        return [row.email for row in rows]

    return Answering(
        held=lambda index: (
            [] if shape.people[index].status != "active" else effective(account(index), root).held
        ),
        may=lambda index, key: account(index).has_perm(key, root),
        count=lambda key: len(people_who(about_permission(key, root)).everybody),
        first=first,
        found=lambda term: Account.objects.in_unit(root).search(term).count(),
        touched=lambda: Membership.objects.live().filter(group=world.group("half")).count(),
    )


def main(n: int) -> None:
    out = line_out()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    scratch("ours")
    shape = organisation(n)
    world = Ours(shape, fill(shape))
    settle()
    said = check(shape, world.filled)
    parts = (our_decisions, our_pages, our_changes, our_server)
    measures = {name: each for part in parts for name, each in part.measures(world).items()}
    answer(out, measures, shape, answering(world), said)
