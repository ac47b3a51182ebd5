"""The rules of access once more, as naively as they can be told: what the resolver is checked against.

It shares no code with the product. It reads the raw data of a catalogue, walks the tree of units by parents,
and takes away until nothing changes.
"""

RANKS = {"read": 1, "write": 2, "publish": 3}


def answer(data, parents, facts, place, enterable_units, as_if_active):
    """Return two sets of permission keys: those held, and those in effect."""
    line = way_up(parents, place.unit)
    owner = line[-1] in facts.owns
    doors = doors_into(facts, line)
    if not (facts.active or as_if_active) or not (doors or owner):
        return set(), set()
    if doors == {"narrow"}:
        line = [place.unit]
    given: list[tuple[str, set[str]]] = [(key, set()) for key in every_permission(data)] if owner else []
    for unit, right in everything_given(facts):
        if unit in line:
            given += meaning(data, right)
    held = {key for key, _demand in given}
    on = set(place.features) - {"multi_unit"}
    if enterable_units >= 2:
        on.add("multi_unit")
    return held, take_away(every_permission(data), given, on)


def way_up(parents, unit):
    """Return the unit and all above it."""
    line = [unit]
    while parents[line[-1]] is not None:
        line.append(parents[line[-1]])
    return line


def doors_into(facts, line):
    """Return the kinds of doors that stand open: narrow ones let nothing from above in."""
    doors = set()
    for access in facts.accesses:
        if access.unit == line[0]:
            doors.add("narrow" if access.own_rights_only else "wide")
        elif access.unit in line and access.includes_subunits:
            doors.add("wide")
    return doors


def everything_given(facts):
    """Return pairs of a unit and a right."""
    own = [(grant.unit, grant.permission or f"{grant.module}@{grant.level}") for grant in facts.grants]
    return own + [(role.unit, right) for role in facts.roles for right in role.rights]


def take_away(permissions, given, on):
    """Return what is left when all that lacks a feature or a requirement is gone.

    `given` are pairs of a permission and what its giver demands beside it.
    """
    left = {key for key, _demand in given if permissions[key]["feature"] in on | {None}}
    while True:
        kept = {key for key, demand in given if key in left and demand <= left}
        kept = {key for key in kept if set(permissions[key]["requires"]) <= left}
        if kept == left:
            return left
        left = kept


def every_permission(data):
    """Return the facts of each permission by key."""
    found = {}
    for resource, of in data["resources"].items():
        for action, own in of["actions"].items():
            found[f"{resource}:{action}"] = {
                "module": of["module"],
                "action": action,
                "rank": RANKS[own.get("level") or data["actions"][action]["level"]],
                "feature": own.get("feature") or of.get("feature"),
                "requires": own["requires"] if "requires" in own else of.get("requires", []),
            }
    return found


def meaning(data, right):
    """Return pairs of a permission that a right gives and what the right demands for it."""
    found: list[tuple[str, set[str]]] = []
    for key, facts in every_permission(data).items():
        module = facts["module"]
        publishes = data["modules"][module].get("publishes", False)
        levels = (1, 2, 3) if publishes else (1, 2)
        if right in [f"{module}@{level}" for level in levels if facts["rank"] <= level]:
            found.append((key, set()))
        if right in (key, f"{module}.*:{facts['action']}"):
            found.append((key, set()))
    if right in every_name(data):
        table = every_name(data)[right]
        for part in (table, *table.get("parts", {}).values()):
            names = table.get("requires", []) + (part.get("requires", []) if part is not table else [])
            found += [(key, demanded_by(data, names)) for key in part["gives"]]
    return found


def every_name(data):
    """Return the tables of the named permissions by key."""
    spaces = data.get("named", {})
    return {f"{space}.{name}": table for space in spaces for name, table in spaces[space].items()}


def demanded_by(data, names):
    """Return all permissions that the named ones give."""
    tables = [every_name(data)[name] for name in names]
    parts = [part for table in tables for part in (table, *table.get("parts", {}).values())]
    return {key for part in parts for key in part["gives"]}
