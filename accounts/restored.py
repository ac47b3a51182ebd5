"""What a restored database doesn't know: what happened to people after the backup was made (5.8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Account
from adminrights.events import Event

# What people do all day, which takes nothing away from anybody.
EVERYDAY = {Event.SIGNED_IN, Event.SIGNED_OUT, Event.SIGN_IN_FAILED, Event.ACCESS_REFUSED, Event.BACKUP_MADE}


@dataclass(slots=True)
class Difference:
    """One account: what it is here, what it had become, and what else was done to it since."""

    label: str
    now: str = "missing"
    then: str = ""
    events: list[str] = field(default_factory=list)

    @property
    def matters(self) -> bool:
        return bool(self.events) or self.now != (self.then or self.now)

    def data(self) -> dict[str, Any]:
        return {"account": self.label, "now": self.now, "then": self.then or self.now, "since": self.events}

    def text(self) -> str:
        was = f"{self.now} here, was {self.then}" if self.then and self.then != self.now else self.now
        return f"{self.label}: {was}; since the backup: {', '.join(self.events) or 'nothing else'}"


def differences(newer: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Return the accounts to which something happened in the entries, in the order of their numbers."""
    found: dict[int, Difference] = defaultdict(lambda: Difference(""))
    for entry in newer:
        if entry["outcome"] == "done" and entry["event"] not in EVERYDAY:
            _note(entry, found)
    for account in Account.objects.filter(pk__in=found):
        found[account.pk].now, found[account.pk].label = account.status, str(account)
    return [found[pk] for pk in sorted(found) if found[pk].matters]


def _note(entry: Mapping[str, Any], found: dict[int, Difference]) -> None:
    touched: dict[int, str] = {}
    if entry["target_kind"] == "account":
        touched[entry["target_id"]] = entry["target_label"]
    for row in entry["data"].get("changes", ()):
        if row.get("kind") == "account" and row.get("do") in {"create", "update"}:
            touched[row["id"]] = row["label"]
            status = row.get("fields", {}).get("status") or (
                ["", "pending"] if row["do"] == "create" else None
            )
            if status:
                found[row["id"]].then = status[1]
        elif isinstance(row.get("account"), int):
            touched.setdefault(row["account"], "")
    words = str(Event(entry["event"]).label) if entry["event"] in Event.values else entry["event"]
    for pk, label in touched.items():
        found[pk].label = found[pk].label or label or f"account {pk}"
        found[pk].events.append(words)
