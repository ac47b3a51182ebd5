"""Who has what: people by modules, in each cell how far the person gets in the module."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import resolve_held
from accounts.held import Held, held_of
from accounts.maps.levels import Ladder, Reach, ladders
from accounts.models import Account
from accounts.policy import Policy, policy_for
from adminrights.models import Unit
from adminrights.navigation import path_of
from roles.catalogue import Level

# How dark a cell is: nothing, some single rights, then the levels.
SOME = 1


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands in a cell: a letter, how dark the cell is, and the words for both."""

    letter: str
    shade: int
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A person, and how far it gets in each module, in the order of the modules."""

    account: Account
    reaches: tuple[Reach, ...]
    cells: tuple[SafeString, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the person may do nothing here."""
        return not any(reach.level or reach.more for reach in self.reaches)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The modules, and the people with what each has of them at this moment."""

    modules: tuple[Ladder, ...]
    rows: tuple[Row, ...]


def letters() -> dict[Level, str]:
    """Return the letter of each level."""
    return {
        Level.READ: pgettext("letter for the level Read", "R"),
        Level.WRITE: pgettext("letter for the level Read & Write", "W"),
        Level.PUBLISH: pgettext("letter for the level Approve & Publish", "P"),
    }


def sign_of(reach: Reach) -> Sign:
    """Return the sign: the level's letter, with a plus where more works than the level."""
    if reach.level is None:
        if not reach.more:
            return Sign("·", 0, _("Nothing"))
        return Sign(pgettext("letter for some single rights", "S"), SOME, reach.words())
    plus = "+" if reach.more else ""
    return Sign(letters()[reach.level] + plus, SOME + int(reach.level), reach.words())


def legend() -> list[Sign]:
    """Return the signs that a cell can have, with what each means."""
    levels = (Sign(letter, SOME + int(level), level.label) for level, letter in letters().items())
    return [
        Sign("·", 0, _("Nothing")),
        Sign(pgettext("letter for some single rights", "S"), SOME, _("Some single rights")),
        *levels,
        Sign("+", 0, _("and some rights more")),
    ]


def heat_map(people: Sequence[Account], unit: Unit) -> HeatMap:
    """Return the map of these people in the unit, in a constant number of statements."""
    now = timezone.now()
    held, token = held_of([person.pk for person in people], now)
    policy = policy_for(token, now)
    known = tuple(ladders(unit, policy).values())
    judge = _Judge(policy, unit, known)
    drawer = _Drawer(known)
    rows = ((person, judge.reaches(person.pk, held[person.pk])) for person in people)
    return HeatMap(known, tuple(Row(person, found, drawer.cells(person, found)) for person, found in rows))


class _Judge:
    """Tells how far accounts get by the same resolver as every decision, once for all who hold the same."""

    def __init__(self, policy: Policy, unit: Unit, known: Collection[Ladder]) -> None:
        self._policy, self._unit, self._known = policy, unit, known
        self._remembered: dict[Any, tuple[Reach, ...]] = {}

    def reaches(self, account: int, held: Held) -> tuple[Reach, ...]:
        key = (held.signature(), self._policy.owned_by(account))
        if key not in self._remembered:
            effective = resolve_held(account, held, self._policy, self._unit.pk).effective
            self._remembered[key] = tuple(ladder.reach(effective) for ladder in self._known)
        return self._remembered[key]


class _Drawer:
    """Draws the cells: joined here, because a template for each of a thousand takes most of a page's time."""

    def __init__(self, known: Sequence[Ladder]) -> None:
        self._modules = [(ladder.module.key, ladder.module.label) for ladder in known]
        self._signs: dict[Reach, Sign] = {}

    def cells(self, person: Account, reaches: Sequence[Reach]) -> tuple[SafeString, ...]:
        page = path_of("accounts:account_detail", person.pk)
        search = path_of("accounts:account_access", person.pk)
        return tuple(
            self._cell(reach, key, label, page, search)
            for reach, (key, label) in zip(reaches, self._modules, strict=True)
        )

    def _cell(self, reach: Reach, key: str, label: str, page: str, search: str) -> SafeString:
        """Return a cell that leads to the sources, or to the question why not."""
        if reach not in self._signs:
            self._signs[reach] = sign_of(reach)
        sign = self._signs[reach]
        words = _("%(module)s: %(level)s") % {"module": label, "level": sign.words}
        url = f"{page}#module-{key}" if sign.shade else f"{search}?{urlencode({'q': label})}"
        return format_html(
            '<td role="cell" class="heat-{}"><a href="{}" title="{}">'
            '<span aria-hidden="true">{}</span><span class="heat-words">{}</span></a></td>',
            *(sign.shade, url, words, sign.letter, words),
        )


def areas(known: Sequence[Ladder]) -> list[tuple[str, list[Ladder]]]:
    """Return the modules under the areas of the navigation, in their order."""
    found: dict[str, list[Ladder]] = {}
    for ladder in known:
        found.setdefault(ladder.module.area, []).append(ladder)
    return list(found.items())


def csv_of(found: HeatMap) -> Iterator[tuple[object, ...]]:
    """Yield the head of the file and a line for each person: a column for each module, in words."""
    yield ("name", "email", "status", *(ladder.module.key for ladder in found.modules))
    for row in found.rows:
        person = row.account
        yield (person.name, person.email, person.status, *(reach.words() for reach in row.reaches))
