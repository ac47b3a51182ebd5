"""The history of one account, read from the journal in sentences for people (L1)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.sources import level_in_words, right_in_words
from adminrights.events import Event
from adminrights.languages import languages
from adminrights.models import JournalEntry, Unit
from groups.models import Group

Row = dict[str, Any]

FIELDS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Telephone"),
    "campaign_notifications": gettext_lazy("Campaign notifications"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "password": gettext_lazy("Password"),
}
MESSAGES = {
    "invitation": gettext_lazy("Invitation"),
    "disabled": gettext_lazy("Notice that the account was disabled"),
    "reactivated": gettext_lazy("Notice that the account was reactivated"),
    "password_reset": gettext_lazy("Link for a new password"),
    "password_changed": gettext_lazy("Notice of the new password"),
    "locked": gettext_lazy("Notice of a locked account"),
    "address_confirm": gettext_lazy("Link to confirm a new address"),
    "address_asked": gettext_lazy("Notice that a new address was asked for"),
    "address_changed": gettext_lazy("Notice of the new address"),
    "factor_added": gettext_lazy("Notice of a new second factor"),
    "factor_removed": gettext_lazy("Notice of a removed second factor"),
    "factors_reset": gettext_lazy("Notice that the second factors were taken away"),
    "codes_made": gettext_lazy("Notice of new recovery codes"),
    "code_used": gettext_lazy("Notice of a used recovery code"),
    "administrator": gettext_lazy("Notice of new rights of administration"),
    "ending": gettext_lazy("Reminder of rights that end"),
    "ending_given": gettext_lazy("Reminder of given rights that end"),
    "access_asked": gettext_lazy("Request for access"),
    "access_given": gettext_lazy("Notice that access was given"),
    "access_declined": gettext_lazy("Notice that access was declined"),
    "review_asked": gettext_lazy("Asked to review"),
    "owner_new": gettext_lazy("Notice to the new owner"),
    "owner_old": gettext_lazy("Notice to the former owner"),
}
KINDS = {
    Event.ACCOUNT_DISABLED: "lose",
    Event.ACCOUNT_REMOVED: "lose",
    Event.INVITATION_CANCELLED: "lose",
    Event.ACCOUNT_CREATED: "gain",
    Event.ACCOUNT_ADDED: "gain",
    Event.ACCOUNT_REACTIVATED: "gain",
    Event.INVITATION_ACCEPTED: "gain",
    Event.INVITATION_CREATED: "mail",
    Event.INVITATION_RESENT: "mail",
    Event.MAIL_SENT_AGAIN: "mail",
    Event.ENDS_TOLD: "mail",
    Event.REQUEST_APPROVED: "gain",
    Event.REQUEST_DECLINED: "lose",
    Event.GIVEN_BACK: "lose",
    Event.MAIL_NOT_DELIVERED: "lose",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What was before and what is after; empty where there was or is nothing."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry, as partials/timeline.html draws it."""

    at: datetime
    actor: str
    text: str
    reason: str
    kind: str
    changes: tuple[Difference, ...]
    url: str = ""


def history_of(account: Account, entries: Iterable[JournalEntry]) -> list[HistoryLine]:
    """Return the entries about the account in words, with what each changed for this account."""
    found = list(entries)
    rows = {entry.pk: [row for row in _changes(entry) if _concerns(row, account)] for entry in found}
    names = _Names([row for some in rows.values() for row in some])
    return [_line(entry, rows[entry.pk], names) for entry in found]


def _changes(entry: JournalEntry) -> Sequence[Row]:
    changes: Sequence[Row] = entry.data.get("changes", ())
    return changes


def _concerns(row: Row, account: Account) -> bool:
    if row.get("do") == "note" and "mail" in row:
        return row.get("to") == account.pk
    return row.get("account") == account.pk or (row.get("kind"), row.get("id")) == ("account", account.pk)


class _Names:
    """The names of groups and units that the rows speak of, in two statements."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.groups = dict(_named(Group, "display_name", (row.get("group") for row in rows)))
        self.units = dict(_named(Unit, "name", (row.get("unit") for row in rows)))


def _named(model: Any, name: str, pks: Iterable[Any]) -> Iterable[tuple[int, str]]:
    wanted = {pk for pk in pks if pk}
    rows: Iterable[tuple[int, str]] = model.objects.filter(pk__in=wanted).values_list("pk", name)
    return rows if wanted else ()


def _line(entry: JournalEntry, rows: Sequence[Row], names: _Names) -> HistoryLine:
    known = entry.event in Event.values
    text = str(Event(entry.event).label) if known else entry.event
    refused = entry.outcome == JournalEntry.Outcome.REFUSED
    return HistoryLine(
        at=entry.at,
        actor=_actor(entry),
        text=_("Refused: %s") % text if refused else text,
        reason=entry.data.get("message", "") if refused else entry.reason,
        kind="lose" if refused else KINDS.get(Event(entry.event), "note") if known else "note",
        changes=tuple(_differences(rows, names)),
        # What belongs to no unit is in the log of the whole organisation alone.
        url=entry.get_absolute_url() if entry.unit_id else "",
    )


def _actor(entry: JournalEntry) -> str:
    # The name alone: a label also holds the address.
    return entry.actor.name if entry.actor is not None else entry.actor_label


def _differences(rows: Sequence[Row], names: _Names) -> Iterator[Difference]:
    yield from _fields(rows)
    yield from _facts(rows, names)
    for row in rows:
        if row.get("do") == "send":
            yield Difference(_("Mail"), after=str(MESSAGES.get(row["label"], row["label"])))
        if row.get("do") == "note" and "mail" in row:
            yield Difference(_("Mail"), after=str(MESSAGES.get(row["message"], row["message"])))
        if row.get("do") == "note" and "item" in row:
            handed = row["step"] == "hand_over"
            yield Difference(_("Item"), "" if handed else row["name"], row["name"] if handed else "")


def _fields(rows: Sequence[Row]) -> Iterator[Difference]:
    for row in rows:
        if row.get("kind") != "account":
            continue
        for name, (before, after) in row.get("fields", {}).items():
            if name == "password":
                yield Difference(str(FIELDS[name]), after=_("changed"))
            elif name in FIELDS:
                words = languages() if name == "language" else {}
                yield Difference(str(FIELDS[name]), *(_shown(words.get(v, v)) for v in (before, after)))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "")


def _facts(rows: Sequence[Row], names: _Names) -> Iterator[Difference]:
    """Pair what ended with what started: a raised level is one difference, not two."""
    ended: dict[str, str] = defaultdict(str)
    started: dict[str, str] = defaultdict(str)
    for row in rows:
        words = _fact(row, names)
        if words and row["do"] in {"start", "end"}:
            (started if row["do"] == "start" else ended)[words[0]] = f"{words[1]}{dates_in(row)}"
    for label in dict.fromkeys([*ended, *started]):
        yield Difference(label, ended[label], started[label])


def dates_in(row: Row) -> str:
    """Return the dates of a fact for the end of its words: ", from 5 Mar 2026, until 3 Apr 2026"."""
    words = ((_("from %s"), row.get("from")), (_("until %s"), row.get("until")))
    return "".join(f", {text % _day(at)}" for text, at in words if at)


def _day(at: str) -> str:
    return formats.date_format(timezone.localtime(datetime.fromisoformat(at)), "SHORT_DATE_FORMAT")


def _fact(row: Row, names: _Names) -> tuple[str, str] | None:
    """Return the subject of a fact about the account and its value, in words."""
    kind = row.get("kind")
    if kind == "statusperiod":
        return _("Status"), _(str(row["label"]))
    if kind == "membership":
        group = names.groups.get(row["group"], str(row["group"]))
        return _("Group %s") % group, _("member")
    if kind == "unitaccess":
        return _("Access to %s") % names.units.get(row["unit"], str(row["unit"])), _("yes")
    if kind == "grant" and row.get("module"):
        module, level = level_in_words(f"{row['module']}@{row['level']}")
        return _("Own right: %s") % module, level
    if kind == "grant" and row.get("permission"):
        return _("Own right: %s") % right_in_words(str(row["permission"])), _("given")
    return None
