"""Puts a workload into Django's own tables of people, groups and permissions."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from roles.catalogue import catalogue
from tests.bench.pouring import pour
from tests.bench.shape import Shape


class Filled(NamedTuple):
    """The numbers of what was put in: permissions by key, the others in the order of the shape."""

    permissions: dict[str, int]
    groups: list[int]
    people: list[int]


def fill(shape: Shape, kind: type[Model]) -> Filled:
    """Put people, groups and permissions on a kind of thing into the database, and who is in which group."""
    content = ContentType.objects.get_for_model(kind)
    keys = sorted(catalogue().permissions)
    columns = ("content_type_id", "codename", "name")
    made = pour(Permission, columns, ((content.pk, key, key) for key in keys))
    groups = pour(Group, ("name",), ((f"Group {index}",) for index in range(len(shape.groups))))
    rows = ((p.email, p.email, p.first, p.last, p.status == "active") for p in shape.people)
    names = ("username", "email", "first_name", "last_name", "is_active")
    people = pour(User, names, rows, password="!")
    pairs = zip(people, shape.people, strict=True)
    joined = ((who, groups[index]) for who, person in pairs for index in person.groups)
    pour(User.groups.through, ("user_id", "group_id"), joined)
    return Filled(dict(zip(keys, made, strict=True)), groups, people)


def of_groups(shape: Shape, filled: Filled) -> Iterator[tuple[int, int]]:
    """Yield each group with each permission that it gives."""
    for index, group in enumerate(filled.groups):
        for key in sorted(shape.permissions_of_group(index)):
            yield group, filled.permissions[key]


def of_people(shape: Shape, filled: Filled) -> Iterator[tuple[int, int]]:
    """Yield each account with each permission of its own: the levels, spelled out."""
    for who, person in zip(filled.people, shape.people, strict=True):
        for key in sorted(shape.own_permissions(person)):
            yield who, filled.permissions[key]
