"""The document as text: TOML, one thing a line, in an order that never depends on the database."""

from collections.abc import Iterator
from datetime import UTC, datetime

from accounts.declared.document import ALONE, ALWAYS, FORMAT, SECTIONS, Document, Entries, Part, Section, Term

HEAD = """\
# Who may do what in this organisation, as one text.
# `manage.py plan FILE` says how the product differs from it; `manage.py apply FILE` makes it so.
"""
SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_text(document: Document) -> str:
    """Return the document's text: the same for the same policy, to the byte."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield HEAD
    yield f"format = {FORMAT}"
    yield f"organisation = {quoted(document.organisation)}"
    yield f"people = {str(document.people).lower()}"
    for section in ALONE:
        if section.name in document.parts and not document.of(section):
            yield f"{section.name} = []"
    for section in SECTIONS:
        for part in sorted(document.of(section).values(), key=lambda part: part.order):
            yield ""
            yield f"[[{section.name}]]"
            yield from _part(section, part)


def _part(section: Section, part: Part) -> Iterator[str]:
    for name, value in zip(section.key, part.key, strict=True):
        if value:
            yield f"{name} = {value if name in section.numbers else quoted(value)}"
    for name in section.fields:
        if part.fields.get(name):
            yield f"{name} = {quoted(part.fields[name])}"
    for name in section.lists:
        if part.lists.get(name):
            yield from _list(name, part.lists[name])


def _list(name: str, entries: Entries) -> Iterator[str]:
    yield f"{name} = ["
    for what in sorted(entries):
        yield f"    {_entry(what, entries[what])},"
    yield "]"


def _entry(what: str, term: Term) -> str:
    if term == ALWAYS:
        return quoted(what)
    said = [f"is = {quoted(what)}"]
    said += [f"{name} = true" for name in ("below", "own_rights_only") if getattr(term, name)]
    said += [f"from = {stamp(term.start)}"] if term.start else []
    said += [f"until = {stamp(term.until)}"] if term.until else []
    return f"{{ {', '.join(said)} }}"


def stamp(moment: datetime) -> str:
    """Return the moment as TOML and RFC 3339 write it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def quoted(text: str) -> str:
    """Return the text as a basic string of TOML."""
    return f'"{"".join(_character(each) for each in text)}"'


def _character(character: str) -> str:
    if character in SHORT:
        return SHORT[character]
    if character < " " or character == "\x7f":
        return f"\\u{ord(character):04X}"
    return character
