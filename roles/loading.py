"""The catalogue in the database: mirrors the file, so that facts can point to its lines."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import models

from adminrights.change import SYSTEM, Actor, Change, change
from adminrights.events import Event
from adminrights.models import Fact
from roles.catalogue import Catalogue, wide_key
from roles.catalogue import Module as CatalogueModule
from roles.holdings import Holding, StillHeld, holdings_of
from roles.models import CatalogueRow, Feature, Module, Permission, Resource, Role
from roles.system_loading import mirror_system_roles
from roles.vocabulary import LEVEL_LABELS, Worded

KINDS: tuple[type[CatalogueRow], ...] = (Module, Feature, Resource, Permission)
Rows = dict[str, dict[str, Any]]
Keys = dict[str, list[str]]


@dataclass(slots=True)
class Report:
    """What loading did: the keys by kind, and how many rights ended with what was retired."""

    version: str
    added: Keys = field(default_factory=dict)
    changed: Keys = field(default_factory=dict)
    retired: Keys = field(default_factory=dict)
    restored: Keys = field(default_factory=dict)
    held: list[Holding] = field(default_factory=list)
    ended: int = 0

    def data(self) -> dict[str, Any]:
        """Return the report as plain values."""
        held = [{"key": holding.key, **holding.holders()} for holding in self.held]
        return {"version": self.version, **self.keys(), "taken_away": held, "ended": self.ended}

    def keys(self) -> dict[str, Keys]:
        """Return the keys by what happened to them, then by kind."""
        return {name: getattr(self, name) for name in ("added", "changed", "retired", "restored")}

    def lines(self) -> Iterator[str]:
        """Return the report in words; a long list of keys is shortened to its number."""
        for name, kinds in self.keys().items():
            for kind, keys in kinds.items():
                few = f": {', '.join(keys)}" if len(keys) <= 10 else ""
                yield f"{name} {len(keys)} {kind}{'' if len(keys) == 1 else 's'}{few}"
        yield from (f"taken away: {holding}" for holding in self.held)
        if not any(self.keys().values()):
            yield "nothing to do"


def load_catalogue(catalogue: Catalogue, *, retire: bool = False, actor: Actor = SYSTEM) -> Report:
    """Make the database's copy equal to the catalogue and return what was changed.

    One change, and none at all when everything is equal already. Raises StillHeld when somebody holds,
    by a live or planned fact, a permission or level that the file no longer has; with `retire` these
    facts end in the same change.
    """
    report = Report(catalogue.version)
    with change(Event.CATALOGUE_LOADED, actor=actor) as c:
        dropped: list[Permission | Role] = []
        for model, rows in zip(KINDS, _rows(catalogue), strict=True):
            gone = _mirror(c, model, rows, report)
            dropped += [row for row in gone if isinstance(row, Permission)]
        dropped += _mirror_levels(c, catalogue, report)
        system = mirror_system_roles(c, catalogue.system_roles)
        for name in ("added", "changed", "restored", "retired"):
            _note(getattr(report, name), getattr(system, name))
        dropped += system.retired
        report.held = holdings_of(dropped, c.at)
        if report.held and not retire:
            raise StillHeld(report.held)
        report.ended = _end(c, report.held)
    return report


def _rows(catalogue: Catalogue) -> tuple[Rows, Rows, Rows, Rows]:
    """Return the values of every row, by kind and key, in the order of KINDS."""
    modules = {m.key: _words(m) for m in catalogue.modules.values()}
    features = {f.key: _words(f) for f in catalogue.features.values()}
    resources = {r.key: _words(r) | {"module_id": r.module} for r in catalogue.resources.values()}
    permissions = dict(chain.from_iterable(_permissions(catalogue, m) for m in catalogue.modules.values()))
    permissions |= dict(_named(catalogue))
    return _placed(modules), _placed(features), _placed(resources), _placed(permissions)


def _words(each: Worded) -> dict[str, Any]:
    """Return what the database keeps of its words: English, whoever loads it."""
    return {"label": each.english.label, "help": each.english.help}


def _placed(rows: Rows) -> Rows:
    return {key: rows[key] | {"position": position} for position, key in enumerate(rows, start=1)}


def _permissions(catalogue: Catalogue, module: CatalogueModule) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the module-wide permissions in the order of the actions, then those of each resource."""
    for action in catalogue.actions.values():
        covered = [p for p in module.permissions if p.action == action.key]
        if covered:
            label = f"{action.english.label}: everything in {module.english.label}"
            level = min(int(p.level) for p in covered)
            yield wide_key(module.key, action.key), _permission(label, module.key, None, action.key, level)
    for p in module.permissions:
        yield p.key, _permission("", p.module, p.resource, p.action, int(p.level)) | _words(p)


def _named(catalogue: Catalogue) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the named permissions; each stands in the module of the first permission that it gives."""
    for each in catalogue.named.values():
        given = [catalogue.permissions[key] for key in each.gives]
        level = min(int(permission.level) for permission in given)
        yield each.key, _permission("", given[0].module, None, "", level) | _words(each)


def _permission(label: str, module: str, resource: str | None, action: str, level: int) -> dict[str, Any]:
    place = {"module_id": module, "resource_id": resource, "action": action}
    return {"label": label, "help": "", "level": level, **place}


def _mirror(c: Change, model: type[CatalogueRow], rows: Rows, report: Report) -> list[CatalogueRow]:
    """Make the table equal to the rows and return what had to be retired."""
    there = {row.pk: row for row in model.objects.all()}
    added = [model(key=key, **values) for key, values in rows.items() if key not in there]
    c.create_all(added)
    _note(report.added, added)
    for key, values in rows.items():
        if key in there:
            _bring_back(c, there[key], values | {"retired_at": None}, report)
    gone = [row for key, row in there.items() if key not in rows and row.retired_at is None]
    for row in gone:
        c.update(row, retired_at=c.at)
    _note(report.retired, gone)
    return gone


def _bring_back(c: Change, row: models.Model, values: Mapping[str, Any], report: Report) -> None:
    """Give the row its values; it may have been retired before."""
    differing = c.update(row, **values)
    if differing:
        back = differing & {"retired_at", "deleted_at"}
        _note(report.restored if back else report.changed, [row])


def _mirror_levels(c: Change, catalogue: Catalogue, report: Report) -> list[Role]:
    """Make one built-in role for each level of each module (S0-52) and return those that had to go."""
    wanted = {
        (module.key, int(level)): {
            "name": f"{module.key}_{level.name.lower()}",
            "display_name": f"{module.english.label}: {LEVEL_LABELS[level]}",
        }
        for module in catalogue.modules.values()
        for level in module.levels
    }
    there = {(role.module_id, role.level): role for role in Role.objects.filter(module__isnull=False)}
    added = [
        Role(built_in=True, module_id=module, level=level, created_at=c.at, **values)
        for (module, level), values in wanted.items()
        if (module, level) not in there
    ]
    c.create_all(added)
    _note(report.added, added)
    for key, role in there.items():
        if key in wanted:
            _bring_back(c, role, wanted[key] | {"deleted_at": None}, report)
    gone = [role for key, role in there.items() if key not in wanted and role.deleted_at is None]
    for role in gone:
        c.update(role, deleted_at=c.at)
    _note(report.retired, gone)
    return gone


def _end(c: Change, held: list[Holding]) -> int:
    """End the facts that name what was retired, each kind in one statement, and return how many."""
    by_model: dict[type[Fact], list[Fact]] = defaultdict(list)
    for fact in chain.from_iterable(holding.naming for holding in held):
        by_model[type(fact)].append(fact)
    for facts in by_model.values():
        c.end_all(facts)
    return sum(len(facts) for facts in by_model.values())


def _note(lists: Keys, objs: list[Any]) -> None:
    for obj in objs:
        key = obj.name if isinstance(obj, Role) else obj.pk
        lists.setdefault(obj._meta.model_name, []).append(key)
