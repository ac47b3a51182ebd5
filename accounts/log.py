"""The access log: what of the journal somebody sees from a unit, and each entry in words (S3-T14, S3-116)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.handed import HAND_OVER, TAKE_BACK
from accounts.history import FIELDS, MESSAGES, Difference, dates_in
from accounts.models import Account, UnitAccess
from accounts.sources import right_in_words
from adminrights.consequences import some
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.models import Role

Row = dict[str, Any]
MOST = 12
# The fields that people know; the others are the machine's own.
KNOWN_FIELDS = {
    **FIELDS,
    "name": gettext_lazy("Name"),
    "display_name": gettext_lazy("Display name"),
    "description": gettext_lazy("Description"),
    "seat_limit": gettext_lazy("Seats"),
    "unit_limit": gettext_lazy("Most units"),
    "factor_required": gettext_lazy("Second factor required"),
    "decision": gettext_lazy("Decision"),
    "decision_reason": gettext_lazy("Reason"),
    "outcome": gettext_lazy("Outcome"),
    "evidence": gettext_lazy("Evidence (SHA-256)"),
}
KINDS = {
    "account": gettext_lazy("Account"),
    "group": gettext_lazy("Group"),
    "role": gettext_lazy("Role"),
    "unit": gettext_lazy("Unit"),
    "invitation": gettext_lazy("Invitation"),
    "accessrule": gettext_lazy("Access rule"),
    "waiver": gettext_lazy("Exception"),
    "review": gettext_lazy("Access review"),
    "accessrequest": gettext_lazy("Request"),
}


def entries_seen_from(unit: Unit) -> QuerySet[JournalEntry]:
    """Return the entries that whoever reads the log in the unit may see: of the unit and those below.

    What belongs to no unit, such as a sign-in, is seen at the root of the people it is about, for the time
    in which they had access there. What concerns nobody, such as a try to sign in with an unknown address,
    is seen only where there is no other organisation.
    """
    here = Q(unit__path__startswith=unit.path)
    if unit.parent_id is None:
        here |= Q(unit=None) & _of_organisation(unit)
    return JournalEntry.objects.filter(here).select_related("unit")


def _of_organisation(root: Unit) -> Q:
    about_account, about_nothing = Q(target_kind="account"), Q(target_kind="")
    about_unit = Q(target_kind="unit", target_id__in=Unit.objects.below(root).values("pk"))
    others = Unit.objects.roots().exclude(pk=root.pk)
    return (
        (about_account & Q(_had_access("target_id", root)))
        | (about_nothing & Q(_had_access("actor_id", root)))
        | about_unit
        | Q(~Exists(others))
    )


def _had_access(account: str, root: Unit) -> Exists:
    """Return the condition that the entry's account had access in the organisation at the entry's time."""
    ended = Q(ended_at=None) | Q(ended_at__gte=OuterRef("at"))
    running = UnitAccess.objects.filter(
        ended, account=OuterRef(account), unit__path__startswith=root.path, starts_at__lte=OuterRef("at")
    )
    return Exists(running.exclude(expires_at__lte=OuterRef("at")))


def newest_first(entries: QuerySet[JournalEntry]) -> QuerySet[JournalEntry]:
    """Return the entries as a file lists them."""
    return entries.order_by(F("sequence").desc())


# With a single unit nobody is told of units.
WITH_ONE_UNIT = {
    Event.UNIT_CREATED: gettext_lazy("Organisation created"),
    Event.UNIT_UPDATED: gettext_lazy("Organisation changed"),
    Event.UNIT_LIMITS_CHANGED: gettext_lazy("Seats changed"),
    Event.ACCOUNT_ACCESS_CHANGED: gettext_lazy("Access changed"),
}
# A kind of its own to narrow by: all but what people do to sign in, and what the product does by itself.
CHANGES = "changes"
WITHOUT_CHANGE = (
    "session.", "password.", "factor.", "mail.", "backup.", "secrets.", "invitation.late",
    "invitation.opened", "account.locked", "access.refused", "access.ends_told",
)  # fmt: skip
WITH_SEVERAL_ONLY = (Event.UNIT_MOVED, Event.UNIT_CLOSED, Event.UNIT_REOPENED)


def event_in_words(event: str, *, several: bool) -> str:
    """Return what happened, or was refused; `several` says whether there is more than one unit."""
    if event not in Event.values:
        return event
    known = Event(event)
    return str(known.label if several else WITH_ONE_UNIT.get(known, known.label))


def event_choices(*, several: bool) -> list[tuple[str, str]]:
    """Return the kinds of entries to narrow by, in words; the first stands for all that change something."""
    offered = (event for event in Event if several or event not in WITH_SEVERAL_ONLY)
    kinds = [(event.value, event_in_words(event.value, several=several)) for event in offered]
    return [(CHANGES, _("Changes, no sign-ins")), *kinds]


def events_of(kind: str) -> list[str]:
    """Return the events that a choice stands for."""
    if kind != CHANGES:
        return [kind]
    return [event.value for event in Event if not event.value.startswith(WITHOUT_CHANGE)]


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry did, for people."""

    changes: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.notes)


def tell(entries: Iterable[JournalEntry], unit: Unit) -> dict[int, Told]:
    """Return the entries in words, by their keys; rows about what lies elsewhere are left out."""
    found = list(entries)
    rows = [row for entry in found for row in entry.data.get("changes", ())]
    names = _Names.of(rows, unit)
    return {entry.pk: _told(entry, names) for entry in found}


@dataclass(slots=True)
class _Names:
    """The names of what the rows speak of, as far as it may be seen, in four statements."""

    units: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    accounts: dict[int, str] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row], unit: Unit) -> "_Names":
        wanted = {name: {row[name] for row in rows if row.get(name)} for name in ("group", "account", "role")}
        # Who owned an organisation and who owns it now stand in its own row.
        owners = [row["fields"]["owner_id"] for row in rows if "owner_id" in row.get("fields", {})]
        wanted["account"] |= {pk for pair in owners for pk in pair if pk}
        groups = Group.objects.in_unit(unit).filter(pk__in=wanted["group"])
        roles = Role.objects.filter(Q(unit=None) | Q(unit=unit.root_id_or_self), pk__in=wanted["role"])
        return cls(
            units=dict(Unit.objects.below(unit).values_list("pk", "name")),
            groups=dict(groups.values_list("pk", "display_name")),
            accounts={a.pk: a.name for a in Account.objects.filter(pk__in=wanted["account"])},
            roles=dict(roles.values_list("pk", "display_name")),
        )

    def may_tell(self, row: Row) -> bool:
        """Return whether everything that the row names lies here."""
        places = (("unit", self.units), ("group", self.groups), ("role", self.roles))
        return all(row.get(name) in known for name, known in places if row.get(name))


def _told(entry: JournalEntry, names: _Names) -> Told:
    said = (entry.reason, entry.data.get("message", ""), entry.data.get("more", ""))
    notes = [text for text in said if text]
    rows = [row for row in entry.data.get("changes", ()) if names.may_tell(row)]
    if entry.event == Event.CATALOGUE_LOADED:
        # Hundreds of lines of the product's own: the number says enough.
        words = ngettext("%(count)d line changed", "%(count)d lines changed", len(rows))
        return Told(notes=(*notes, words % {"count": len(rows)}, *_effects(entry)))
    return Told(tuple(_differences(rows, names, entry)), (*notes, *_taken_back(rows), *_effects(entry)))


def _taken_back(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        if "taken_back" in row:
            yield _("Takes back the entry %d.") % row["taken_back"]
        if row.get("left"):
            yield _("Stayed as it was: %s.") % row["left"]


def _effects(entry: JournalEntry) -> Iterator[str]:
    counts = entry.data.get("effects") or {}
    people = counts.get("accounts", 0)
    if people:
        words = {"count": people, "gained": counts.get("gained", 0), "lost": counts.get("lost", 0)}
        yield (
            ngettext(
                "%(count)d person: %(gained)d rights gained, %(lost)d lost",
                "%(count)d people: %(gained)d rights gained, %(lost)d lost",
                people,
            )
            % words
        )


def _differences(rows: Sequence[Row], names: _Names, entry: JournalEntry) -> Iterator[Difference]:
    for row in rows:
        if row.get("do") == "update":
            yield from _edits(row, entry)
            if "owner_id" in row.get("fields", {}):
                before, after = (names.accounts.get(pk or 0, "") for pk in row["fields"]["owner_id"])
                yield Difference(_("Owner"), before, after)
        elif row.get("do") == "create" and row.get("kind") in KINDS:
            yield Difference(str(KINDS[row["kind"]]), after=str(row["label"]))
    yield from _facts(rows, names)
    mails = Counter(row["label"] for row in rows if row.get("do") == "send")
    for label, count in mails.items():
        words = str(MESSAGES.get(label, label))
        yield Difference(_("Mail"), after=f"{words} ({count})" if count > 1 else words)


def _edits(row: Row, entry: JournalEntry) -> Iterator[Difference]:
    target = (row.get("kind"), row.get("id")) == (entry.target_kind, entry.target_id)
    for name, (before, after) in row.get("fields", {}).items():
        if name in KNOWN_FIELDS:
            label = str(KNOWN_FIELDS[name]) if target else f"{row['label']}: {KNOWN_FIELDS[name]}"
            secret = name == "password"
            yield Difference(
                label, "" if secret else _shown(before), _("changed") if secret else _shown(after)
            )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _facts(rows: Sequence[Row], names: _Names) -> Iterator[Difference]:
    """Put together what ended and what started for one person, group, role or unit."""
    ended: dict[str, list[str]] = defaultdict(list)
    started: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.get("do") in {"start", "end"}:
            subject, value = _fact(row, names)
            (started if row["do"] == "start" else ended)[subject].append(f"{value}{dates_in(row)}")
        elif row.get("step") in {HAND_OVER, TAKE_BACK}:
            person = names.accounts.get(row["account"], str(row["label"]))
            (started if row["step"] == HAND_OVER else ended)[person].append(_("Item %s") % row["name"])
    for subject in dict.fromkeys([*ended, *started]):
        yield Difference(subject, _few(ended[subject]), _few(started[subject]))


def _few(values: list[str]) -> str:
    return some(values[:MOST], len(values))


def _fact(row: Row, names: _Names) -> tuple[str, str]:
    """Return whom or what the fact is about, and what it says."""
    kind, label = row["kind"], str(row["label"])
    person = names.accounts.get(row.get("account") or 0, "")
    if kind == "membership":
        return person, _("Group %s") % names.groups.get(row["group"], label)
    if kind == "unitaccess":
        return person, _("Access to %s") % names.units.get(row["unit"], label)
    if kind == "statusperiod":
        return person, _(label)
    if kind == "grant":
        return person, right_in_words(label)
    if kind == "grouprole":
        return _("Group %s") % names.groups.get(row["group"], ""), names.roles.get(row["role"], label)
    if kind == "rule":
        return _("Role %s") % names.roles.get(row["role"], ""), right_in_words(label)
    if kind == "unitfeature" and row.get("feature") in catalogue().features:
        return names.units.get(row["unit"], ""), catalogue().features[row["feature"]].label
    return label, str(KINDS.get(kind, kind))
