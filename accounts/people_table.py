"""Reading a table of people: CSV as spreadsheets write it. Knows nothing of what becomes of the lines."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from adminrights.exceptions import Invalid

REQUIRED = ("email", "first_name", "last_name")
OPTIONAL = ("phone", "groups", "levels", "campaign_notifications", "send", "last_day")
DELIMITERS = (",", ";", "\t")
LONGEST_FILE, LONGEST_FIELD = 64_000_000, 2_000
ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: where it begins, its values by column, or what is wrong with it."""

    number: int
    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def read_lines(data: bytes) -> list[Line]:
    """Return the lines below the head; blank ones are left out.

    Takes UTF-8 and, with a byte order mark, UTF-16; fields parted by comma, semicolon or tab. Raises
    Invalid when the file as a whole can't be read: too large, no head, an unknown or missing column.
    """
    if len(data) > LONGEST_FILE:
        raise Invalid(_("The file is larger than 64 MB. Divide it."))
    text = decode(data)
    delimiter = sniff(text)
    records = _records(text, delimiter)
    head = next((record for record in records if record.fields or record.problem), None)
    if head is None or head.problem:
        raise Invalid(head.problem if head else _("The file is empty. Its first line names the columns."))
    columns = _columns(head.fields)
    return [_line(record, columns) for record in records if record.fields or record.problem]


def decode(data: bytes) -> str:
    """Return the text. What is no text becomes a surrogate, for which its line is refused."""
    for mark, encoding in ENCODINGS:
        if data.startswith(mark):
            data = data.removeprefix(mark)
            errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
            break
    else:
        encoding, errors = "utf-8", "surrogateescape"
    try:
        return data.decode(encoding, errors)
    except UnicodeDecodeError as error:
        raise Invalid(
            _("The file ends in the middle of a character. Save it as UTF-8 and try again.")
        ) from error


def sniff(text: str) -> str:
    """Return the delimiter by which the head names the most known columns."""
    known = {*REQUIRED, *OPTIONAL}

    def hits(delimiter: str) -> int:
        head = next((record.fields for record in _records(text[:20_000], delimiter) if record.fields), [])
        return len(known.intersection(map(_column, head)))

    return max(DELIMITERS, key=hits)


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    fields: list[str]
    problem: str = ""


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """Yield every record with the number of the line it begins on; one that can't be read says why."""
    csv.field_size_limit(LONGEST_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _Record(number, [], _quoting(number, reader.line_num))
        else:
            yield _Record(number, fields if any(value.strip() for value in fields) else [])


def _quoting(first: int, last: int) -> str:
    if last > first:
        return _(
            "A quotation mark is opened here and never closed, so lines %(first)d to %(last)d can't be read."
        ) % {
            "first": first,
            "last": last,
        }
    return _("The quotation marks don't match. Put the whole field into them, and double those inside it.")


def _column(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _columns(head: list[str]) -> list[str]:
    """Return the names of the columns. Raises Invalid for an unknown, repeated or missing one."""
    columns = [_column(name) for name in head]
    known = ", ".join((*REQUIRED, *OPTIONAL))
    for name, column in zip(head, columns, strict=True):
        if column not in (*REQUIRED, *OPTIONAL):
            shown = name.strip()[:40].encode("utf-8", "replace").decode()
            raise Invalid(
                _("There is no column “%(name)s”. Columns are: %(known)s.") % {"name": shown, "known": known}
            )
        if columns.count(column) > 1:
            raise Invalid(_("The column %s is there twice.") % column)
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise Invalid(_("The first line must name the columns. Missing: %s.") % ", ".join(missing))
    return columns


def _line(record: _Record, columns: list[str]) -> Line:
    number, fields = record.number, record.fields
    if record.problem:
        return Line(number, problem=record.problem)
    if len(fields) > len(columns) and any(field.strip() for field in fields[len(columns) :]):
        found = {"found": len(fields), "named": len(columns)}
        return Line(number, problem=_("It has %(found)d fields, the first line names %(named)d.") % found)
    # A field that a spreadsheet wrapped is one line again.
    filled = [*fields, *[""] * (len(columns) - len(fields))]
    texts = (re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", text).strip() for text in filled)
    values = dict(zip(columns, texts, strict=False))
    for name, value in values.items():
        if len(value) > LONGEST_FIELD:
            return Line(number, values, _("The field %s is much too long.") % name)
        if re.search("[\ud800-\udfff]", value):
            return Line(
                number, values, _("The field %s isn't in UTF-8. Save the file as “CSV UTF-8”.") % name
            )
    return Line(number, values)
