"""A file as a document: everything that is wrong with it is told at once, each with its line."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.declared.checking import check_entry, check_references, check_text
from accounts.declared.document import (
    FORMAT,
    PEOPLE,
    SECTIONS,
    Document,
    Entries,
    Part,
    Parts,
    Section,
    Term,
)
from adminrights.days import LAST_YEAR

TOP = {"format", "organisation", "people"}
LINE = re.compile(r"\(at line (\d+), column \d+\)")
WAYS = ("below", "own_rights_only")
DATES = ("from", "until")


class Problem(NamedTuple):
    """What is wrong and in which line, 0 where no line can be named."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class PolicyUnreadable(Exception):
    """The file has errors; they are all in `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse_policy(content: bytes) -> Document:
    """Return the document that the file's content declares. Raises PolicyUnreadable."""
    text = _decoded(content)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = LINE.search(str(error))
        said = f"This is no TOML: {LINE.sub('', str(error)).strip()}."
        raise PolicyUnreadable([Problem(int(line[1]) if line else 0, said)]) from error
    except RecursionError as error:
        raise PolicyUnreadable([Problem(0, "Lists lie too deep within each other.")]) from error
    parser = _Parser(text, data)
    document = parser.document()
    if parser.problems:
        raise PolicyUnreadable(sorted(set(parser.problems)))
    return document


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PolicyUnreadable([Problem(line, "This is no UTF-8 text.")]) from error


class _Lines:
    """Where the parts stand: the parser of TOML doesn't tell, so the headers are looked for."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.starts: dict[str, list[int]] = {section.name: [] for section in SECTIONS}
        for number, line in enumerate(self.lines, start=1):
            found = re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line)
            if found and found[1] in self.starts:
                self.starts[found[1]].append(number)
        self.all = sorted(number for numbers in self.starts.values() for number in numbers)

    def of(self, section: str, index: int, needle: str = "") -> int:
        """Return the line of the part's header, or of the first line of the part that holds the text."""
        starts = self.starts.get(section, [])
        if index >= len(starts):
            return 0
        start = starts[index]
        end = next((number for number in self.all if number > start), len(self.lines) + 1)
        block = range(start, end)
        return next((number for number in block if needle and needle in self.lines[number - 1]), start)

    def top(self, needle: str) -> int:
        """Return the first line that begins with the text."""
        numbered = enumerate(self.lines, start=1)
        return next((number for number, line in numbered if line.strip().startswith(needle)), 0)


class _Parser:
    def __init__(self, text: str, data: dict[str, Any]) -> None:
        self.lines = _Lines(text)
        self.data = data
        self.problems: list[Problem] = []
        self.places: dict[tuple[str, str], int] = {}

    def document(self) -> Document:
        self._top()
        parts = {section.name: self._section(section) for section in SECTIONS if section.name in self.data}
        people = self.data.get("people") is True
        document = Document(str(self.data.get("organisation", "")), people, parts)
        for section, key, needle, said in check_references(document):
            self._say(section, self.places.get((section, key), 0), _literal(needle), said)
        return document

    def _say(self, section: str, index: int, needle: str, said: str) -> None:
        self.problems.append(Problem(self.lines.of(section, index, needle), said))

    def _top(self) -> None:
        for name in self.data.keys() - TOP - {section.name for section in SECTIONS}:
            self._say_top(name, f"There is nothing called {name} here.")
        if self.data.get("format") != FORMAT:
            self._say_top("format", f"Write: format = {FORMAT}")
        if not isinstance(self.data.get("organisation"), str):
            self._say_top("organisation", 'Name the organisation: organisation = "…"')
        if not isinstance(self.data.get("people"), bool):
            self._say_top("people", "Say whether the file is about people too: people = true, or false.")
        elif PEOPLE.name in self.data and not self.data["people"]:
            self._say_top("people", "There are people in the file: write people = true, or take them out.")

    def _say_top(self, name: str, said: str) -> None:
        self.problems.append(Problem(self.lines.top(name), said))

    def _section(self, section: Section) -> Parts:
        tables = self.data[section.name]
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            self._say_top(section.name, f"Begin each {section.name} with [[{section.name}]].")
            return {}
        parts: dict[str, Part] = {}
        for index, table in enumerate(tables):
            part = self._part(section, index, table)
            if part is None:
                continue
            identity = section.identity(part.key)
            if identity in parts:
                self._say(section.name, index, "", f"The {section.name} {part.label} is here twice.")
            self.places.setdefault((section.name, identity), index)
            parts[identity] = part
        return parts

    def _part(self, section: Section, index: int, table: Mapping[str, Any]) -> Part | None:
        known = {*section.key, *section.fields, *section.lists}
        for name in table.keys() - known:
            self._say(section.name, index, name, f"A {section.name} has no {name}.")
        texts = {name: self._text(section, index, name, table) for name in (*section.key, *section.fields)}
        lists = {
            name: self._entries(section, index, name, table[name]) for name in section.lists if name in table
        }
        key = tuple(texts[name] for name in section.key)
        complete = all(texts[name] for name in section.key if name not in section.optional)
        return Part(key, {name: texts[name] for name in section.fields}, lists) if complete else None

    def _text(self, section: Section, index: int, name: str, table: Mapping[str, Any]) -> str:
        value = table.get(name, "")
        if name in section.numbers:
            return self._number(section, index, name, value)
        said = (
            check_text(section, name, value)
            if isinstance(value, str)
            else f"{name} is a text: write it in quotes."
        )
        if said:
            self._say(section.name, index, name if name in table else "", said)
        return value if isinstance(value, str) else ""

    def _number(self, section: Section, index: int, name: str, value: object) -> str:
        if value == "":
            return ""
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self._say(section.name, index, name, f"{name} is a number: write it without quotes.")
        return str(value)

    def _entries(self, section: Section, index: int, name: str, value: object) -> Entries:
        entries: dict[str, Term] = {}
        if not isinstance(value, list):
            self._say(section.name, index, name, f"{name} is a list: write it in [ ].")
            return entries
        for each in value:
            what, term, problems = read_entry(name, each)
            if what in entries:
                problems.append(f"{what} is in the list {name} twice.")
            for said in problems:
                self._say(section.name, index, _literal(what), said)
            if what:
                entries[what] = term
        return entries


def _literal(what: str) -> str:
    return what.replace("\\", "\\\\").replace('"', '\\"')


def read_entry(name: str, value: object) -> tuple[str, Term, list[str]]:
    """Return what a list names, how it holds, and what is wrong with it."""
    table = {"is": value} if isinstance(value, str) else value
    if not isinstance(table, dict) or not isinstance(table.get("is"), str):
        return "", Term(), [f'In {name} write a text, or {{ is = "…", until = 2027-01-31 }}.']
    what, ways = table["is"], WAYS if name == "access" else ()
    dates = {key: read_date(table[key], end=key == "until") for key in DATES if key in table}
    problems = [f"{what}: there is no {key} here." for key in sorted(table.keys() - {"is", *DATES, *ways})]
    if None in dates.values():
        problems.append(f"{what}: write dates as 2027-01-31 or 2027-01-31T09:00:00Z.")
    if not all(isinstance(table.get(way, False), bool) for way in ways):
        problems.append(f"{what}: {' and '.join(ways)} are true or false.")
    below, own_only = (way in ways and table.get(way) is True for way in WAYS)
    term = Term(dates.get("from"), dates.get("until"), below, own_only)
    if term.start and term.until and term.until <= term.start:
        problems.append(f"{what}: it would end before it begins.")
    said = check_entry(name, what)
    return what, term, [*problems, said] if said else problems


def read_date(value: object, *, end: bool) -> datetime | None:
    """Return the moment; a day means its beginning, or its end where something holds until then."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.max if end else time.min)
    if not isinstance(value, datetime) or not 1970 < value.year <= LAST_YEAR:
        return None
    return timezone.make_aware(value) if timezone.is_naive(value) else value
