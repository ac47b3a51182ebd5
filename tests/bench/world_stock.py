"""Django's own world: auth.User, groups and permissions, ModelBackend, the admin.

It knows no units: what is given counts everywhere.
"""

from functools import partial

from django.contrib.admin.sites import site
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from tests.bench import serving, stock_admin
from tests.bench.agreed import ASKED
from tests.bench.answers import Answering
from tests.bench.organisation import organisation
from tests.bench.paging import ROWS
from tests.bench.pouring import pour
from tests.bench.shape import Shape
from tests.bench.stock_filling import Filled, fill, of_groups, of_people
from tests.bench.worker import (
    Measure,
    Measures,
    Number,
    Once,
    answer,
    cycle,
    line_out,
    scratch,
    settle,
    spread,
)

PREFIX = "auth."
SERVER = ["tests.bench.stock_wsgi:application"]


def decisions(filled: Filled) -> Measures:
    """Return what Django does for the same questions about accounts, by the same names."""
    following = cycle(spread(filled.people))

    def fresh() -> User:
        return User.objects.get(pk=following())

    def cold() -> Once:
        return partial(fresh().has_perm, f"{PREFIX}{ASKED}")

    def warm() -> Once:
        user = fresh()
        user.has_perm(f"{PREFIX}{ASKED}")
        return partial(user.has_perm, f"{PREFIX}{ASKED}")

    def sets() -> Once:
        users = list(User.objects.filter(pk__in=filled.people[:ROWS]))
        return lambda: [user.get_all_permissions() for user in users]

    return {
        "decision, nothing cached": Measure(cold, times=150),
        "decision, again": Measure(warm, times=200, repeat=200),
        "effective set": Measure(lambda: fresh().get_all_permissions, times=150),
        "effective sets of a page": Measure(sets, times=10),
    }


def answering(filled: Filled) -> Answering:
    """Return how Django answers."""

    def user(index: int) -> User:
        return User.objects.get(pk=filled.people[index])

    def found(term: str) -> int:
        changelist = site._registry[User]
        return changelist.get_search_results(HttpRequest(), User.objects.all(), term)[0].count()

    return Answering(
        held=lambda index: [each.removeprefix(PREFIX) for each in user(index).get_all_permissions()],
        may=lambda index, key: user(index).has_perm(f"{PREFIX}{key}"),
        found=found,
    )


def put_in(shape: Shape) -> tuple[Filled, User]:
    """Fill the tables; return what is in them, and a superuser."""
    filled = fill(shape, User)
    pour(Group.permissions.through, ("group_id", "permission_id"), of_groups(shape, filled))
    pour(User.user_permissions.through, ("user_id", "permission_id"), of_people(shape, filled))
    return filled, User.objects.create_superuser("admin", "admin@bench.example")


def main(n: int) -> None:
    out = line_out()
    scratch("stock")
    shape = organisation(n)
    filled, boss = put_in(shape)
    settle()
    measures = decisions(filled) | stock_admin.measures(boss, shape, filled)
    measures["requests a second"] = Number(partial(serving.rate, SERVER, boss, "/lean/auth/user/"))
    answer(out, measures, shape, answering(filled))
