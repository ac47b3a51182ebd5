"""How two documents differ, in lines that name the thing."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from accounts.declared.document import ALONE, PEOPLE, SECTIONS, Document, Entries, Part, Section, Term
from accounts.declared.writing import stamp

ADDED, REMOVED, CHANGED = "+", "-", "~"
WORDS = {ADDED: "added", REMOVED: "removed", CHANGED: "changed"}
# What else goes with a thing that the file no longer has.
GONE = {
    "unit": "it is closed, and all access and every group in it end",
    "role": "it is deleted, and groups lose it",
    "group": "it is deleted, and its members lose what it gave them",
    "person": "all access to the organisation ends; the record and its history stay",
    "rule": "it is ended, and with it whoever was let off",
}
COMES = {"person": "pending if new, and no invitation is sent"}


class Difference(NamedTuple):
    """One thing that is added, removed or changed, and what exactly of it."""

    mark: str
    kind: str
    label: str
    details: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield what people read."""
        told = GONE.get(self.kind) if self.mark == REMOVED else None
        told = COMES.get(self.kind) if self.mark == ADDED else told
        yield f"{self.mark} {self.kind} {self.label}{f' ({told})' if told else ''}"
        yield from (f"    {detail}" for detail in self.details)

    def data(self) -> dict[str, object]:
        """Return what machines read."""
        done = WORDS[self.mark]
        return {"what": done, "kind": self.kind, "name": self.label, "details": list(self.details)}


def differences(present: Document, wanted: Document) -> list[Difference]:
    """Return what has to happen to make the first the second.

    People count only where both have them, and rules where the second has any list of them.
    """
    found: list[Difference] = []
    for section in SECTIONS:
        if section is PEOPLE and not (present.people and wanted.people):
            continue
        if section in ALONE and section.name not in wanted.parts:
            continue
        found += _in_section(section, present, wanted)
    return found


def _in_section(section: Section, present: Document, wanted: Document) -> Iterator[Difference]:
    before, after = present.of(section), wanted.of(section)
    everything = {**after, **before}
    for key, part in sorted(everything.items(), key=lambda item: item[1].order):
        old, new = before.get(key), after.get(key)
        details = tuple(_details(section, old or Part(part.key), new or Part(part.key)))
        if old is None:
            yield Difference(ADDED, section.name, part.label, details)
        elif new is None:
            yield Difference(REMOVED, section.name, part.label)
        elif details:
            yield Difference(CHANGED, section.name, part.label, details)


def _details(section: Section, old: Part, new: Part) -> Iterator[str]:
    for name in section.fields:
        before, after = old.fields.get(name, ""), new.fields.get(name, "")
        if before != after:
            yield (
                f"{CHANGED} {name}: “{before}” becomes “{after}”" if before else f"{ADDED} {name}: “{after}”"
            )
    for name in section.lists:
        yield from _entries(name, old.lists.get(name, {}), new.lists.get(name, {}))


def _entries(name: str, old: Entries, new: Entries) -> Iterator[str]:
    for what in sorted(old.keys() | new.keys()):
        if what not in new:
            yield f"{REMOVED} {name}: {what}"
        elif what not in old:
            yield f"{ADDED} {name}: {what}{_told(new[what])}"
        elif old[what] != new[what]:
            was = _told(old[what]).strip(" ()") or "for good"
            yield f"{CHANGED} {name}: {what}{_told(new[what]) or ' (for good)'}, was {was}"


def _told(term: Term) -> str:
    said: Iterable[str] = (
        "with everything below" if term.below else "",
        "with its own rights only" if term.own_rights_only else "",
        f"from {stamp(term.start)}" if term.start else "",
        f"until {stamp(term.until)}" if term.until else "",
    )
    words = ", ".join(each for each in said if each)
    return f" ({words})" if words else ""
