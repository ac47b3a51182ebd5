"""How a change saves what differs in objects, and how it describes in its entry what it wrote."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import override

from adminrights.models import Fact
from adminrights.plain import batches, plain


@dataclass(frozen=True, slots=True)
class Update:
    """What differs in an object, all of it set there already: what is to be saved and what is shown of it."""

    obj: Any
    values: Mapping[str, Any]
    fields: tuple[str, ...]
    shown: Mapping[str, list[Any]]

    @classmethod
    def of(cls, obj: Any, values: Mapping[str, Any]) -> "Update":
        """Set the values that differ, and the object's next version, and return what that changed."""
        differing = {name: value for name, value in values.items() if getattr(obj, name) != value}
        secret: frozenset[str] = getattr(obj, "SECRET_FIELDS", frozenset())
        shown = {
            name: ["…", "…"] if name in secret else [plain(getattr(obj, name)), plain(value)]
            for name, value in differing.items()
        }
        for name, value in differing.items():
            setattr(obj, name, value)
        fields = list(differing)
        if hasattr(obj, "version") and differing.keys() - getattr(obj, "BACKGROUND_FIELDS", frozenset()):
            obj.version += 1
            fields.append("version")
        return cls(obj, differing, tuple(fields), shown)


def save(updates: list[Update]) -> None:
    """Save what differs: one object by itself, several of one kind in a statement for those alike."""
    if len(updates) == 1:
        updates[0].obj.save(update_fields=updates[0].fields)
        return
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for update in updates:
        alike[tuple((name, getattr(update.obj, name)) for name in update.fields)].append(update.obj.pk)
    for values, keys in alike.items():
        for batch in batches(keys, 500):
            type(updates[0].obj)._default_manager.filter(pk__in=batch).update(**dict(values))


def described(obj: models.Model, at: datetime) -> tuple[dict[str, Any], set[tuple[str, int]]]:
    """Return what an entry tells of an object, and which objects it mentions by that."""
    kind = obj._meta.model_name or ""
    # The journal has one language, whoever acts.
    with override(settings.LANGUAGE_CODE):
        row: dict[str, Any] = {"kind": kind, "id": obj.pk, "label": str(obj)}
    if not isinstance(obj, Fact):
        return row, {(kind, obj.pk)} if isinstance(obj.pk, int) else set()
    mentions: set[tuple[str, int]] = set()
    for name in obj.SUBJECT:
        foreign: Any = obj._meta.get_field(name)
        value = getattr(obj, foreign.attname)
        row.setdefault(name, plain(value))
        if foreign.is_relation and isinstance(value, int):
            mentions.add((foreign.related_model._meta.model_name, value))
    return row | _dates(obj, at), mentions


def _dates(fact: Fact, at: datetime) -> dict[str, Any]:
    begins = {"from": plain(fact.starts_at)} if fact.starts_at > at else {}
    return begins | ({"until": plain(fact.expires_at)} if fact.expires_at else {})
