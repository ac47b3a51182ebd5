"""Many accounts from a table: inviting its lines. Knows neither pages nor commands.

Each line is a change of its own: it comes in whole or not at all, and says what became of it. Lines commit
together as long as nothing stands in the way of any of them, which takes a long table a tenth of the time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from time import monotonic

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.addresses import canonical, clean_address
from accounts.known import Known, Standing, look_up, look_up_all
from accounts.models import Account
from accounts.named import GroupBook, read_levels
from accounts.people_table import Line
from accounts.services.known_accounts import Given, add_known_account
from accounts.services.lifecycle import Newcomer, create_account, create_accounts
from accounts.services.lifecycle import Person as Details
from adminrights.change import Actor, change
from adminrights.days import read_last_day
from adminrights.events import Event
from adminrights.exceptions import Invalid, Refused, WrongStatus
from adminrights.many import change_each
from adminrights.models import Unit
from adminrights.text import clean_text

# In whatever language the table was filled in: its head is the same in all of them.
YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "oui", "o", "sí", "si", "s"})
NO = frozenset({"no", "n", "false", "0", "nein", "non"})
# So many lines come in together at first and at most: few statements for each. Nobody else can change
# anything meanwhile, so they are fewer where that takes longer than others may wait.
FIRST, TOGETHER, SECONDS = 100, 200, 0.4


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
    lines, number = iter(lines), min(FIRST, TOGETHER)
    while some := list(islice(lines, number)):
        begun, took = monotonic(), 0.0
        people = [_person(line, first, send=send) for line in some]
        came = invite_people([each for each in people if isinstance(each, Person)], unit=unit, actor=actor)
        for line, person in zip(some, people, strict=True):
            if isinstance(person, Person):
                result = _result(line, next(came), sent=person.send)
                # With the first of them the others are done.
                took = took or monotonic() - begun
                yield result
            else:
                yield _result(line, person, sent=False)
        number = max(1, min(TOGETHER, int(len(some) * SECONDS / max(took, 0.001))))


def _person(line: Line, first: dict[str, int], *, send: bool) -> "Person | Refused":
    """Return whom the line is about, or why it can't be read; `first` says where each address stood first."""
    key = canonical(line.values.get("email", ""))
    try:
        if line.problem:
            raise Invalid(line.problem)
        if key and first.setdefault(key, line.number) != line.number:
            raise Invalid(_("The same address is on line %d.") % first[key])
        return person_of(line.values, send=send)
    except Refused as refusal:
        return refusal


def _result(line: Line, came: "Invited | Refused", *, sent: bool) -> Result:
    if isinstance(came, Refused):
        email = line.values.get("email", "")[:100].encode("utf-8", "replace").decode()
        return Result(line.number, email, "refused", str(came), came.exit_code)
    told = came.known.told
    outcome, words = OUTCOME_OF[told], came.words()
    if told is Standing.UNKNOWN and not sent:
        outcome, words = "created", _("created, no invitation sent")
    return Result(line.number, came.email, outcome, words, ends=came.ends)


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
    given = _given(person, GroupBook(unit))
    if known.can_be_added:
        account = add_known_account(person.email, unit=unit, actor=actor, invite=person.send, **given)
    else:
        account = create_account(
            unit=unit,
            actor=actor,
            groups=given["groups"],
            levels=given["levels"],
            invite=person.send,
            **_details(person, given),
        )
    return Invited(account, known, given["ends"])


def _given(person: Person, groups: GroupBook) -> Given:
    return {
        "groups": groups.find(person.groups),
        "levels": read_levels(person.levels),
        "ends": read_last_day(person.last_day),
    }


def _details(person: Person, given: Given) -> Details:
    return {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone": person.phone,
        "campaign_notifications": person.campaign_notifications,
        "ends": given["ends"],
    }


def invite_people(people: Sequence[Person], *, unit: Unit, actor: Actor) -> Iterator[Invited | Refused]:
    """Invite each of them as `invite_person` does, and yield what became of each, in their order.

    Those who are new come in together. Where that is refused, or somebody is known from elsewhere, it is done
    in smaller pieces, at last one by one, so that each is told, and refused, as alone.
    """
    plans = _plans(people, unit, actor)
    for _alone, run in groupby(plans, key=lambda plan: plan.alone):
        some = list(run)
        made = _create([plan for plan in some if plan.newcomer], unit, actor)
        for plan in some:
            if plan.came is not None:
                yield plan.came
            else:
                yield next(made) if plan.newcomer else _by_itself(plan.person, unit, actor)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done about a person: nothing any more, an account to create, or what is done alone."""

    person: Person
    came: Invited | Refused | None = None
    known: Known | None = None
    newcomer: Newcomer | None = None

    @property
    def alone(self) -> bool:
        """Whether it is done by itself."""
        return self.came is None and self.newcomer is None


def _plans(people: Sequence[Person], unit: Unit, actor: Actor) -> list[_Plan]:
    addresses = {person.email: _address(person.email) for person in people}
    known = look_up_all([a for a in addresses.values() if isinstance(a, str)], unit=unit, reader=actor)
    leaves, groups = _may_leave(known.values(), unit, actor), GroupBook(unit)

    def plan(person: Person) -> _Plan:
        address = addresses[person.email]
        if isinstance(address, Refused):
            return _Plan(person, address)
        how = known[address]
        if how.standing is Standing.HERE and how.account is not None and leaves:
            return _Plan(person, Invited(how.account, how) if not _unlike(how, how.account, person) else None)
        return _newcomer(person, how, groups) if how.standing is Standing.UNKNOWN else _Plan(person)

    return [plan(person) for person in people]


def _address(email: str) -> str | Refused:
    try:
        return clean_address(email)
    except Refused as refusal:
        return refusal


def _may_leave(known: Iterable[Known], unit: Unit, actor: Actor) -> bool:
    """Return whether the actor may be told who is here, where somebody is; asked once for all of them."""
    if not any(each.standing is Standing.HERE for each in known):
        return False
    try:
        with change_each(Event.ACCOUNT_ADDED, actor=actor, unit=unit, needs="accounts:create"):
            return True
    except Refused:
        return False


def _newcomer(person: Person, known: Known, groups: GroupBook) -> _Plan:
    try:
        given = _given(person, groups)
    except Refused as refusal:
        return _Plan(person, refusal)
    levels = given["levels"] or {}
    newcomer = Newcomer(_details(person, given), given["groups"], levels, person.send)
    return _Plan(person, known=known, newcomer=newcomer)


def _create(plans: Sequence[_Plan], unit: Unit, actor: Actor) -> Iterator[Invited | Refused]:
    if len(plans) < 2:
        yield from (_by_itself(plan.person, unit, actor) for plan in plans)
        return
    newcomers = [plan.newcomer for plan in plans if plan.newcomer]
    try:
        accounts = create_accounts(newcomers, unit=unit, actor=actor)
    except Refused:
        middle = len(plans) // 2
        yield from _create(plans[:middle], unit, actor)
        yield from _create(plans[middle:], unit, actor)
        return
    for plan, account, newcomer in zip(plans, accounts, newcomers, strict=True):
        if plan.known is not None:
            yield Invited(account, plan.known, newcomer.person.get("ends"))


def _by_itself(person: Person, unit: Unit, actor: Actor) -> Invited | Refused:
    try:
        return invite_person(person, unit=unit, actor=actor)
    except Refused as refusal:
        return refusal


def _unlike(known: Known, account: Account, person: Person) -> bool:
    try:
        _refuse_unlike(known, account, person)
    except Refused:
        return True
    return False


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
