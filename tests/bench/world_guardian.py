"""django-guardian's world: every permission is one on a single object, by direct foreign keys."""

from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from guardian.shortcuts import get_perms, get_users_with_perms

from tests.bench.agreed import ASKED
from tests.bench.answers import FIRST, Answering
from tests.bench.direct.models import Place, PlaceGroupPermission, PlaceUserPermission
from tests.bench.organisation import asked, organisation
from tests.bench.pouring import pour
from tests.bench.shape import Shape
from tests.bench.stock_filling import Filled, fill, of_groups, of_people
from tests.bench.worker import Measure, Measures, Once, answer, cycle, line_out, scratch, settle, spread


def put_in(shape: Shape) -> tuple[Filled, Place]:
    """Fill the tables; return what is in them, and the thing that all permissions are about."""
    place = Place.objects.create(name="Everything")
    filled = fill(shape, Place)
    pour(
        PlaceGroupPermission,
        ("group_id", "permission_id"),
        of_groups(shape, filled),
        content_object_id=place.pk,
    )
    pour(
        PlaceUserPermission,
        ("user_id", "permission_id"),
        of_people(shape, filled),
        content_object_id=place.pk,
    )
    return filled, place


def holders(place: Place, key: str) -> QuerySet[Any]:
    """Return the active people who have the permission."""
    people = get_users_with_perms(place, only_with_perms_in=[key])
    return people.filter(is_active=True)


def first(place: Place, key: str) -> list[str]:
    """Return the first page of them by name."""
    page = holders(place, key).order_by("last_name", "first_name", "pk")
    return [user.email for user in page[:FIRST]]


def measures(shape: Shape, filled: Filled, place: Place) -> Measures:
    following = cycle(spread(filled.people))

    def fresh() -> User:
        return User.objects.get(pk=following())

    def cold() -> Once:
        return partial(fresh().has_perm, ASKED, place)

    found = {
        "decision, nothing cached": Measure(cold, times=100),
        "effective set": Measure(lambda: partial(get_perms, fresh(), place), times=100),
    }
    for share, key in asked(shape).items():
        number = partial(lambda key: holders(place, key).count(), key)
        found[f"who can, count: {share}"] = Measure(lambda call=number: call, times=5)  # type: ignore[misc]
        page = partial(first, place, key)
        found[f"who can, page: {share}"] = Measure(lambda call=page: call, times=5)  # type: ignore[misc]
    return found


def answering(filled: Filled, place: Place) -> Answering:
    """Return how guardian answers."""

    def user(index: int) -> User:
        return User.objects.get(pk=filled.people[index])

    return Answering(
        held=lambda index: get_perms(user(index), place),
        may=lambda index, key: user(index).has_perm(key, place),
        count=lambda key: holders(place, key).count(),
        first=partial(first, place),
    )


def main(n: int) -> None:
    out = line_out()
    scratch("guardian")
    shape = organisation(n)
    filled, place = put_in(shape)
    settle()
    answer(out, measures(shape, filled, place), shape, answering(filled, place))
