"""O(n): the organisation that is timed, such that products without units can answer the same questions. Pure.

Groups and grants lie at the root and everybody enters it with all below, so everybody holds the same in each
of the 30 units. Six modules are kept for groups of a known size; their permissions need nothing beside them.
"""

from collections.abc import Iterator
from functools import cache
from random import Random

from roles.catalogue import MULTI_UNIT, catalogue
from tests.bench.shape import (
    ACCOUNTS_A_GROUP,
    FIRST,
    GRANTS_EACH,
    GROUPS_EACH,
    LAST,
    ROLES,
    ROLES_EACH,
    SEED,
    Door,
    Given,
    Group,
    Person,
    Shape,
    rules,
    tree,
)

# A group for each, with a role of its own about this resource; `wide` is a role of many groups instead.
KEPT = {
    "needle": "promo_codes",
    "small": "offers",
    "many": "loyalty_rules",
    "large": "audiences",
    "half": "audiences_2",
    "wide": "digital_properties",
}
FEW = 20
PARTS = {"many": 5, "large": 10, "half": 2}
WIDE = 500
ACTIONS = ("list", "get")
SHARES = {"28 %": 0.28, "69 %": 0.69, "93 %": 0.93}
# By so many people it is judged which permission comes nearest to a share.
JUDGED = 2_000


def organisation(n: int) -> Shape:
    """Return O(n)."""
    random, known = Random(SEED), catalogue()
    usual = [key for key, resource in known.resources.items() if resource.module not in KEPT.values()]
    roles = [rules(random, sorted(usual)) for _ in range(ROLES)]
    first = len(roles)
    roles += [[f"{resource}:{action}" for action in ACTIONS] for resource in KEPT.values()]
    own = {name: first + place for place, name in enumerate(KEPT)}
    ordinary = max(n // ACCOUNTS_A_GROUP, GROUPS_EACH)
    groups = [Group(0, random.sample(range(ROLES), ROLES_EACH)) for _ in range(ordinary)]
    for group in groups[: min(WIDE, max(ordinary // 4, 1))]:
        group.roles[-1] = own["wide"]  # type: ignore[index]
    special = {name: ordinary + place for place, name in enumerate(own) if name != "wide"}
    groups += [Group(0, [own[name]]) for name in special]
    features = [sorted(known.features.keys() - {MULTI_UNIT})[:2], *[()] * (len(tree()) - 1)]
    shape = Shape(roles, groups, [], tree(), features, special)
    shape.people.extend(_people(random, n, shape, ordinary))
    return shape


def _people(random: Random, n: int, shape: Shape, ordinary: int) -> Iterator[Person]:
    first, last = FIRST.split(), LAST.split()
    modules = sorted(catalogue().modules.keys() - {*KEPT.values(), "admin_rights"})
    for index in range(n):
        groups = list(_special(index, shape.special))
        groups += random.sample(range(ordinary), max(GROUPS_EACH - len(groups), 0))
        yield Person(
            first=random.choice(first),
            last=f"{random.choice(last)}-{index}",
            email=f"account{index}@bench.example",
            groups=groups,
            grants=[
                Given(0, module, int(random.choice(catalogue().modules[module].levels)))
                for module in random.sample(modules, GRANTS_EACH)
            ],
            doors=(Door(0, below=True),),
            status="active"
            if index < FEW
            else random.choices(("active", "pending", "disabled"), (90, 6, 4))[0],
        )


def _special(index: int, special: dict[str, int]) -> Iterator[int]:
    """Yield the groups of known sizes in which somebody is."""
    if index < FEW:
        yield from (special["needle"], special["small"])
    for name, part in PARTS.items():
        # Three of ten are in the large one.
        if index % part < (3 if name == "large" else 1) and index >= FEW:
            yield special[name]


def role_of(shape: Shape, name: str) -> int:
    """Return which role is that of a kept resource."""
    return len(shape.roles) - len(KEPT) + list(KEPT).index(name)


def asked(shape: Shape) -> dict[str, str]:
    """Return the permissions about which it is asked who can, by the share of people who hold them.

    They are in effect wherever they are held, so that a product without requirements says the same.
    """
    sample = [person for person in shape.people[:JUDGED] if person.status == "active"]
    sets = [held(shape, person) for person in sample]
    plain = [
        key
        for key, permission in catalogue().permissions.items()
        if not permission.requires and not permission.feature and permission.module != "admin_rights"
    ]
    shares = {key: sum(key in keys for keys in sets) / max(len(sets), 1) for key in plain}
    named = {name: min(shares, key=lambda key: abs(shares[key] - wanted)) for name, wanted in SHARES.items()}
    return {"20 people": f"{KEPT['needle']}:get", **named}


@cache
def _of_level(module: str, level: int) -> frozenset[str]:
    return frozenset(catalogue().level(module, level))


def held(shape: Shape, person: Person) -> frozenset[str]:
    """Return every permission that somebody was given."""
    by_group = _by_group(shape)
    levels = (_of_level(given.module, given.level) for given in person.grants)
    return frozenset().union(*(by_group[group] for group in person.groups), *levels)


_known: dict[int, list[frozenset[str]]] = {}


def _by_group(shape: Shape) -> list[frozenset[str]]:
    """Return what each group gives; worked out once for a shape."""
    if id(shape) not in _known:
        count = range(len(shape.groups))
        _known[id(shape)] = [frozenset(shape.permissions_of_group(index)) for index in count]
    return _known[id(shape)]
