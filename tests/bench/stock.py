"""Django's own world of the same shape: auth.User, groups and permissions, ModelBackend, the admin.

It knows no units: what is given in one unit counts everywhere, and a unit is a group of those who enter it or
something below it.
"""

import os
import sys
from functools import partial

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.stock_settings"
django.setup()

from django.contrib import admin  # noqa: E402 - Django must be set up before models are imported
from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.test import Client  # noqa: E402

from roles.catalogue import catalogue  # noqa: E402
from tests.bench.shape import Shape, many_units, one_unit  # noqa: E402
from tests.bench.worker import (  # noqa: E402
    Measure,
    Measures,
    Once,
    answer,
    cycle,
    line_out,
    scratch,
    settle,
    weight,
)

ASKED = "user_profiles:update"
BACKEND = "django.contrib.auth.backends.ModelBackend"
# With more accounts Django's own reverse look-up takes minutes.
MOST_FOR_WITH_PERM = 1_000


def fill(shape: Shape) -> tuple[User, list[Group]]:
    """Put the workload and a superuser into the database; return him and the groups that stand for units."""
    kind = ContentType.objects.get_for_model(User)
    keys = sorted(catalogue().permissions)
    made = Permission.objects.bulk_create([Permission(content_type=kind, codename=k, name=k) for k in keys])
    permissions = {permission.codename: permission.pk for permission in made}
    groups = Group.objects.bulk_create([Group(name=f"Group {i}") for i in range(len(shape.groups))])
    users = User.objects.bulk_create(
        [
            User(username=p.email, email=p.email, first_name=p.first, last_name=p.last, password="!")
            for p in shape.people
        ],
        batch_size=500,
    )
    carried = Group.permissions.through
    carried.objects.bulk_create(
        carried(group=group, permission_id=permissions[key])
        for i, group in enumerate(groups)
        for key in shape.permissions_of_group(i)
    )
    joined, own = User.groups.through, User.user_permissions.through
    pairs = list(zip(users, shape.people, strict=True))
    joined.objects.bulk_create(joined(user=user, group=groups[i]) for user, p in pairs for i in p.groups)
    own.objects.bulk_create(
        own(user=user, permission_id=permissions[key])
        for user, p in pairs
        for key in shape.own_permissions(p)
    )
    places = _units(shape, users)
    settle()
    return User.objects.create_superuser("admin", "admin@bench.example"), places


def _units(shape: Shape, users: list[User]) -> list[Group]:
    if len(shape.parents) == 1:
        return []
    units = Group.objects.bulk_create([Group(name=f"Unit {i:02}") for i in range(len(shape.parents))])
    joined = User.groups.through
    lines = [shape.line(index) for index in range(len(units))]
    joined.objects.bulk_create(
        joined(user=user, group=units[index])
        for user, person in zip(users, shape.people, strict=True)
        for index in {index for door in person.doors for index in lines[door.unit]}
    )
    return units


def measures(boss: User, units: list[Group], n: int) -> Measures:
    """Return what Django does for the same questions, by the same names."""
    following = cycle(list(User.objects.order_by("pk").values_list("pk", flat=True)[: n : max(n // 200, 1)]))

    def fresh() -> User:
        return User.objects.get(pk=following())

    def cold() -> Once:
        return partial(fresh().has_perm, f"auth.{ASKED}")

    def warm() -> Once:
        user = fresh()
        user.has_perm(f"auth.{ASKED}")
        return partial(user.has_perm, f"auth.{ASKED}")

    found = {
        "decision, cold": Measure(cold, times=100),
        "decision, warm": Measure(warm, times=200, repeat=200),
        "effective set": Measure(lambda: fresh().get_all_permissions, times=100),
        "who can: ids": Measure(lambda: _two_queries, times=7, note="two IN sub-queries, by hand"),
    }
    if n <= MOST_FOR_WITH_PERM:
        found["who can: with_perm"] = Measure(lambda: _with_perm, times=1, note="User.objects.with_perm()")
    return found | _pages(boss, units)


def _pages(boss: User, units: list[Group]) -> Measures:
    # As many rows as our own page shows.
    type(admin.site._registry[User]).list_per_page = int(os.environ["BENCH_ROWS"])
    client = Client()
    client.force_login(boss)
    urls = {"All Accounts page": ""}
    if units:
        urls["All Accounts page, one unit"] = f"?groups__id__exact={units[1].pk}"
    pages = {name: partial(_page, client, f"/admin/auth/user/{query}") for name, query in urls.items()}
    return {
        name: Measure(lambda page=page: page, times=15, note=weight(page()))  # type: ignore[misc]
        for name, page in pages.items()
    }


def _two_queries() -> list[int]:
    right = Permission.objects.get(codename=ASKED)
    members = User.groups.through.objects.filter(group__permissions=right).values("user")
    holding = User.user_permissions.through.objects.filter(permission=right).values("user")
    return list(User.objects.filter(Q(pk__in=members) | Q(pk__in=holding)).values_list("pk", flat=True))


def _with_perm() -> list[int]:
    people = User.objects.with_perm(f"auth.{ASKED}", include_superusers=False, backend=BACKEND)
    return list(people.values_list("pk", flat=True))


def _page(client: Client, url: str) -> bytes:
    response = client.get(url)
    if response.status_code != 200:
        raise RuntimeError(f"The changelist answered {response.status_code}")
    return bytes(response.content)


def main() -> None:
    make, n = {"one": one_unit, "units": many_units}[sys.argv[1]], int(sys.argv[2])
    out = line_out()
    scratch("stock")
    answer(out, measures(*fill(make(n)), n))


if __name__ == "__main__":
    main()
