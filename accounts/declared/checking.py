"""What a file may say: names in their form, what the catalogue has, and nothing that isn't declared."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from accounts.addresses import read_address
from accounts.declared.document import (
    BUILT_IN,
    GROUPS,
    PEOPLE,
    ROLES,
    ROOT,
    RULE_KINDS,
    RULE_PARTS,
    RULES,
    UNITS,
    Document,
    Part,
    Section,
    path_of,
    split_path,
    split_placed,
)
from accounts.named import read_levels
from adminrights.exceptions import Invalid
from adminrights.services import clean_unit_name
from roles.catalogue import catalogue
from roles.models import Role
from roles.names import CLEANERS

NEEDED = {"name", "unit", "email", "display_name", "first_name", "last_name", "kind", "permission"}


class Dangling(NamedTuple):
    """A part of the file that names something which the file doesn't have; and what to look for."""

    section: str
    identity: str
    needle: str
    text: str


def check_text(section: Section, name: str, value: str) -> str:
    """Return what is wrong with a text of a part; nothing where it may stand as it is."""
    if not value:
        return f"Every {section.name} needs {name} = …" if name in NEEDED else ""
    check = CHECKS.get(name)
    if check is None:
        return ""
    try:
        proper = check(value)
    except Invalid as error:
        return str(error)
    return "" if proper == value else f"Write it as it is kept: {proper!r}."


def _path(path: str) -> str:
    if not path.startswith(ROOT):
        raise Invalid(
            f"{path[:100]!r} is no unit: write / for the organisation, /North/Leeds for one below it."
        )
    return path_of(tuple(clean_unit_name(name) for name in split_path(path)))


def _kind(kind: str) -> str:
    if kind not in RULE_KINDS:
        raise Invalid(f"There is no such kind of rule. Write one of: {', '.join(RULE_KINDS)}.")
    return kind


def _permission(key: str) -> str:
    if key not in catalogue().permissions:
        raise Invalid(f"There is no permission {key[:100]}.")
    return key


CHECKS: dict[str, Callable[[str], str]] = {
    **CLEANERS,
    "unit": _path,
    "email": read_address,
    "kind": _kind,
    "permission": _permission,
    "and": _permission,
    "inside": _path,
}


def check_entry(name: str, what: str) -> str:
    """Return what is wrong with an entry of a list by itself; units and groups are looked up later."""
    known = catalogue()
    if name == "features":
        feature = known.features.get(what)
        return "" if feature and not feature.computed else f"There is no feature {what[:100]} to switch on."
    if name == "permissions":
        key = split_placed(what)[0] or what
        return "" if key in known.holdable_keys() else f"There is no permission {key[:100]}."
    if name == "levels":
        try:
            read_levels([split_placed(what)[0] or what])
        except Invalid as error:
            return str(error)
    return ""


def check_references(document: Document) -> Iterator[Dangling]:
    """Yield what the file names and doesn't have."""
    yield from _unit_references(document)
    yield from _role_references(document)
    for identity, rule in document.of(RULES).items():
        for needle, said in _of_rule(document, dict(zip(RULES.key, rule.key, strict=True))):
            yield Dangling(RULES.name, identity, needle, said)
    units = document.of(UNITS)
    for identity, group in document.of(GROUPS).items():
        if group.key[1] not in units:
            yield Dangling(GROUPS.name, identity, "unit", f"There is no [[unit]] {group.key[1]} in the file.")
    for identity, person in document.of(PEOPLE).items():
        for needle, said in _of_person(document, person):
            yield Dangling(PEOPLE.name, identity, needle, said)


def _unit_references(document: Document) -> Iterator[Dangling]:
    units = document.of(UNITS)
    if ROOT not in units:
        yield Dangling("", "", "", 'The organisation itself is missing: [[unit]] with unit = "/".')
    for identity, unit in units.items():
        names = split_path(unit.key[0])
        if names and path_of(names[:-1]) not in units:
            said = f"There is no [[unit]] {path_of(names[:-1])} for it to lie in."
            yield Dangling(UNITS.name, identity, "", said)


def _role_references(document: Document) -> Iterator[Dangling]:
    built_in = set(Role.objects.present().filter(built_in=True).values_list("name", flat=True))
    own = document.of(ROLES)
    for identity, group in document.of(GROUPS).items():
        matrix_role = group.fields.get("matrix_role", "")
        for role in (*group.lists.get("roles", {}), *([matrix_role] if matrix_role else [])):
            name = role.removeprefix(BUILT_IN)
            if name not in built_in if role.startswith(BUILT_IN) else role not in own:
                yield Dangling(GROUPS.name, identity, role, f"There is no role {role[:100]}.")
        if matrix_role and group.lists.get("roles"):
            said = "A group of the role matrix carries that one role only: take the others out."
            yield Dangling(GROUPS.name, identity, "roles", said)


def _of_rule(document: Document, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    kind, wanted = said["kind"], RULE_KINDS.get(said["kind"], RULE_PARTS)
    for name in RULE_PARTS:
        if kind in RULE_KINDS and bool(said[name]) is not (name in wanted):
            verb = "needs" if name in wanted else "has no"
            yield (name if said[name] else ""), f"A rule of the kind {kind} {verb} {name}."
    for name in ("unit", "inside"):
        if said[name] and said[name] not in document.of(UNITS):
            yield name, f"There is no [[unit]] {said[name][:100]} in the file."
    if said["group"] and said["group"] not in document.of(GROUPS):
        yield "group", f"There is no [[group]] {said['group'][:100]} in the file."


def _of_person(document: Document, person: Part) -> Iterator[tuple[str, str]]:
    units, groups = document.of(UNITS), document.of(GROUPS)
    access = person.lists.get("access", {})
    if not access:
        yield "", f"{person.label} enters no unit: give access, or take the person out."
    for path in access:
        if path not in units:
            yield path, f"There is no [[unit]] {path[:100]} in the file."
    for what in person.lists.get("groups", {}):
        if what not in groups:
            yield what, f"There is no [[group]] {what[:100]} in the file."
    held = [*person.lists.get("levels", {}), *person.lists.get("permissions", {})]
    for what in held:
        if split_placed(what)[1] not in units:
            yield what, f"{what[:100]} names no unit of the file: write it like “… in /”."
    modules = [(what.partition(":")[0], split_placed(what)[1]) for what in person.lists.get("levels", {})]
    for module, path in {pair for pair in modules if modules.count(pair) > 1}:
        yield f"{module}:", f"Two levels of {module} are given in {path}: leave the higher one."
