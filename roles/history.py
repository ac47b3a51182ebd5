"""The history of a role or a group, as the timeline draws it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.consequences import some
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from roles.wording import permission_label

MOST = 5
# What people know by a name; the other fields are the machine's own.
FIELDS = {
    "name": gettext_lazy("Name"),
    "display_name": gettext_lazy("Display name"),
    "description": gettext_lazy("Description"),
}
FACTS = {
    "rule": gettext_lazy("Rules"),
    "grouprole": gettext_lazy("Roles"),
    "membership": gettext_lazy("Members"),
}
Told = dict[str, Any]


def history_of(obj: Model, unit: Unit, limit: int = 10) -> list[Told]:
    """Return the newest entries about the object: who did what and when, and what changed by it.

    What other units did with it isn't told; what was done to the object itself is.
    """
    own = Q(target_kind=obj._meta.model_name, target_id=obj.pk)
    about = JournalEntry.objects.about(obj)
    entries = (about.seen_from(unit) | about.filter(own)).select_related("unit")
    return [_told(entry, obj) | {"url": _page(entry, unit)} for entry in entries[:limit]]


def _page(entry: JournalEntry, unit: Unit) -> str:
    """Return the entry's page; none where the log of the unit doesn't have the entry."""
    here = entry.unit is not None and entry.unit.path.startswith(unit.path)
    return entry.get_absolute_url() if here else ""


def _told(entry: JournalEntry, obj: Model) -> Told:
    label = Event(entry.event).label if entry.event in Event.values else entry.event
    refused = entry.outcome == JournalEntry.Outcome.REFUSED
    told = {"at": entry.at, "actor": entry.actor_label.split(" <")[0], "reason": entry.reason}
    if refused:
        return told | {
            "text": _("Refused: %s") % label,
            "reason": entry.data.get("message", ""),
            "kind": "lose",
        }
    rows = entry.data.get("changes", [])
    facts = list(_facts(rows, obj))
    if facts and (entry.target_kind, entry.target_id) != (obj._meta.model_name, obj.pk):
        # What happened to something else changed this by the way.
        label = _("%(what)s changed: %(event)s") % {"what": facts[0]["label"], "event": label}
    return told | {"text": label, "kind": "note", "changes": [*_edits(rows, obj), *facts]}


def _edits(rows: list[Told], obj: Model) -> Iterator[Told]:
    for row in rows:
        if row.get("kind") == obj._meta.model_name and row.get("id") == obj.pk:
            for name, (before, after) in row.get("fields", {}).items():
                if name in FIELDS:
                    yield {"label": FIELDS[name], "before": before, "after": after}


def _facts(rows: list[Told], obj: Model) -> Iterator[Told]:
    about = str(obj._meta.model_name)
    for kind, label in FACTS.items():
        # Seen from a role, a group that carries it is a group.
        words = _("Groups") if kind == "grouprole" and about == "role" else label
        mine = [row for row in rows if row.get("kind") == kind and row.get(about) == obj.pk]
        ended, started = (
            [_other_side(row, about) for row in mine if row["do"] == verb] for verb in ("end", "start")
        )
        if ended or started:
            yield {"label": words, "before": _few(ended), "after": _few(started)}


def _other_side(row: Told, about: str) -> str:
    if row["kind"] == "rule":
        return permission_label(row["label"])
    first, __, last = row["label"].rpartition(" · ")
    # A membership reads "account · group", a group's role "group · role".
    return str(last if (row["kind"], about) == ("grouprole", "group") else first.split(" <")[0])


def _few(names: list[str]) -> str:
    return some(names[:MOST], len(names))
