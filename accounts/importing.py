"""Many accounts from a table: reading CSV, and inviting line by line. Knows neither pages nor commands.

Each line is a change of its own: it comes in whole or not at all, and says what became of it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.addresses import canonical
from accounts.known import Known, Standing, look_up
from accounts.models import Account
from accounts.named import find_groups, read_levels
from accounts.services.known_accounts import Given, add_known_account
from accounts.services.lifecycle import create_account
from adminrights.change import Actor, change
from adminrights.days import read_last_day
from adminrights.events import Event
from adminrights.exceptions import Invalid, Refused, WrongStatus
from adminrights.models import Unit
from adminrights.text import clean_text

REQUIRED = ("email", "first_name", "last_name")
OPTIONAL = ("phone", "groups", "levels", "campaign_notifications", "send", "last_day")
DELIMITERS = (",", ";", "\t")
LONGEST_FILE, LONGEST_FIELD = 64_000_000, 2_000
# In whatever language the table was filled in: its head is the same in all of them.
YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "oui", "o", "sí", "si", "s"})
NO = frozenset({"no", "n", "false", "0", "nein", "non"})
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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to invite, as typed: nothing is checked yet."""

    email: str
    first_name: str
    last_name: str
    phone: str = ""
    groups: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    campaign_notifications: bool = False
    send: bool = True
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line.

    `outcome` is invited or created (no mail) for an unknown address, added for one that is known from
    elsewhere, added_again for one that was removed before, there for one that is here, or refused.
    """

    number: int
    email: str
    outcome: str
    message: str
    exit_code: int = 0
    ends: datetime | None = None


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


def person_of(values: Mapping[str, str], *, send: bool) -> Person:
    """Return the person that a line's values describe. Raises Invalid for what is missing or unclear.

    The names may be missing: of an address that is known already, only the address is needed (C-25).
    """
    if not values["email"]:
        raise Invalid(_("Missing: %s.") % "email")
    groups = re.split(r"\s*[;|]\s*", values.get("groups", ""))
    return Person(
        email=values["email"],
        first_name=values["first_name"],
        last_name=values["last_name"],
        phone=values.get("phone", ""),
        groups=tuple(name for name in groups if name),
        levels=tuple(re.findall(r"[^\s;|,]+", values.get("levels", ""))),
        campaign_notifications=_yes(values, "campaign_notifications", default=False),
        send=_yes(values, "send", default=send) and send,
        last_day=values.get("last_day", ""),
    )


def _yes(values: Mapping[str, str], column: str, *, default: bool) -> bool:
    answer = values.get(column, "").strip().lower()
    if answer and answer not in YES | NO:
        raise Invalid(_("The field %s is yes or no.") % column)
    return answer in YES if answer else default


def bring_in(lines: Iterable[Line], *, unit: Unit, actor: Actor, send: bool = True) -> Iterator[Result]:
    """Invite line by line and yield what became of each. With `send` off no line sends anything."""
    first: dict[str, int] = {}
    for line in lines:
        key = canonical(line.values.get("email", ""))
        try:
            if line.problem:
                raise Invalid(line.problem)
            if key and first.setdefault(key, line.number) != line.number:
                raise Invalid(_("The same address is on line %d.") % first[key])
            yield _bring_in(line, unit, actor, send=send)
        except Refused as refusal:
            email = line.values.get("email", "")[:100].encode("utf-8", "replace").decode()
            yield Result(line.number, email, "refused", str(refusal), refusal.exit_code)


def _bring_in(line: Line, unit: Unit, actor: Actor, *, send: bool) -> Result:
    person = person_of(line.values, send=send)
    invited = invite_person(person, unit=unit, actor=actor)
    told = invited.known.told
    outcome, words = OUTCOME_OF[told], invited.words()
    if told is Standing.UNKNOWN and not person.send:
        outcome, words = "created", _("created, no invitation sent")
    return Result(line.number, invited.email, outcome, words, ends=invited.ends)


@dataclass(frozen=True, slots=True)
class Invited:
    """An account that was invited, added or left as it is; `known` says how its address stood before.

    `ends` is when the access that was given ends by itself.
    What is said of it goes no further than what the actor might know before.
    """

    account: Account
    known: Known
    ends: datetime | None = None

    @property
    def new(self) -> bool:
        """Whether the account was created."""
        return self.known.standing is Standing.UNKNOWN

    @property
    def may_be_told(self) -> bool:
        """Whether the actor may read who it is."""
        return self.new or bool(self.known.name)

    @property
    def email(self) -> str:
        """The address: as it is kept, or as it was typed by somebody who may not read the account."""
        return self.account.email if self.may_be_told else self.known.email

    def words(self) -> str:
        """Return what became of it, as part of a sentence."""
        if self.known.told is Standing.UNKNOWN:
            return _("invited")
        if not self.may_be_told:
            here = self.known.told is Standing.HERE
            return _("already there") if here else _("known already, with the details as they are")
        if self.known.told is Standing.HERE:
            return _("already there, %s") % self.account.get_status_display().lower()
        removed = self.known.told is Standing.REMOVED
        way = _("removed before") if removed else _("known from elsewhere")
        return _("%(way)s, with the details as they are%(more)s") % {"way": way, "more": self._more()}

    def _more(self) -> str:
        if self.account.status == Account.Status.DISABLED:
            return _("; the account is disabled, reactivate it")
        open_link = any(each.is_open for each in self.account.invitations.outstanding())
        return _("; the invitation is on its way, or still open") if open_link else ""


def invite_person(person: Person, *, unit: Unit, actor: Actor) -> Invited:
    """Create and invite the person, or answer as the page does for an address that is known.

    Somebody here already is left as they are. Somebody known from elsewhere, or removed before, gets
    access to this unit with the details as they are (S4-10, S4-38); a name needn't be given then. Raises
    WrongStatus or Invalid for somebody here who is disabled or has another name, NotAllowed without
    `accounts:create`, and what `create_account` and `add_known_account` raise.
    """
    known = look_up(person.email, unit=unit, reader=actor)
    if known.account is not None and known.standing is Standing.HERE:
        # Whoever may not add anybody isn't told who is here.
        with change(Event.ACCOUNT_ADDED, actor=actor, unit=unit, needs="accounts:create"):
            _refuse_unlike(known, known.account, person)
        return Invited(known.account, known)
    given: Given = {
        "groups": find_groups(person.groups, unit),
        "levels": read_levels(person.levels),
        "ends": read_last_day(person.last_day),
    }
    if known.can_be_added:
        account = add_known_account(person.email, unit=unit, actor=actor, invite=person.send, **given)
        return Invited(account, known, given["ends"])
    account = create_account(
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phone,
        campaign_notifications=person.campaign_notifications,
        unit=unit,
        actor=actor,
        invite=person.send,
        **given,
    )
    return Invited(account, known, given["ends"])


def _refuse_unlike(known: Known, account: Account, person: Person) -> None:
    if not known.name:
        return
    names = ((person.first_name, account.first_name), (person.last_name, account.last_name))
    if any(typed and clean_text(typed) != name for typed, name in names):
        raise Invalid(_("There is an account with this address already, under another name."))
    if account.status == Account.Status.DISABLED:
        raise WrongStatus(_("There is an account with this address already. It is disabled; reactivate it."))


def summary_of(results: list[Result]) -> str:
    """Return how the lines ended, in one sentence."""
    counts = {name: sum(result.outcome == name for result in results) for name in OUTCOMES}
    parts = [f"{count} {OUTCOMES[name]}" for name, count in counts.items() if count]
    lines = ngettext("%d line", "%d lines", len(results)) % len(results)
    return f"{lines}: {', '.join(parts)}." if parts else _("The file names nobody.")


OUTCOME_OF = {
    Standing.UNKNOWN: "invited",
    Standing.ELSEWHERE: "added",
    Standing.REMOVED: "added_again",
    Standing.HERE: "there",
}
OUTCOMES = {
    "invited": gettext_lazy("invited"),
    "created": gettext_lazy("created without an invitation"),
    "added": gettext_lazy("added from elsewhere"),
    "added_again": gettext_lazy("added again"),
    "there": gettext_lazy("already there"),
    "refused": gettext_lazy("refused"),
}
