"""What stands in the cells of the role matrix: a tick for one level, or a choice among all of them.

The cells are joined here, because a template for each of a thousand takes most of the page's time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.standing import SHORT, Cell, is_offered, standing
from adminrights import cells as signs
from adminrights.models import Unit
from roles.models import Role


@dataclass(frozen=True, slots=True)
class Box:
    """A place to tick: `was` says whether it is given, `note` stands beside it."""

    label: str
    value: str
    was: bool
    ticked: bool
    note: str = ""
    name: str = "cell"
    kind: str = "checkbox"
    # What stands beside a choice where there is no room for columns.
    shown: str = ""


class Grid:
    """Who stands where, and what was sent of it; read in one statement.

    `editable` are the units in which the reader may tick. `sent` are the ticks of a form that was refused or
    asked about, None where nothing was sent.
    """

    def __init__(
        self,
        reader: Account,
        people: Collection[Account],
        units: Sequence[Unit],
        roles: Sequence[Role],
        *,
        editable: Collection[Unit],
        sent: set[Cell] | None,
    ) -> None:
        self.reader, self.roles, self.sent = reader, roles, sent
        self.given = standing([person.pk for person in people], units, roles)
        self.editable = frozenset(unit.pk for unit in editable)

    def level(self, person: Account, unit: Unit) -> Role | None:
        """Return the person's level in the unit: the highest, where other doors gave several."""
        roles = reversed(self.roles)
        return next((role for role in roles if Cell(person.pk, unit.pk, role.pk) in self.given), None)

    def tick(self, person: Account, unit: Unit, role: Role) -> SafeString:
        """Return the tick for one level; it names the level that the person has instead."""
        cell, level = Cell(person.pk, unit.pk, role.pk), self.level(person, unit)
        instead = level if level != role else None
        box = Box(
            _words(person, role.label, unit),
            cell.value,
            was=cell in self.given,
            ticked=cell in (self.given if self.sent is None else self.sent),
            note=short(instead) if instead else "",
        )
        return self._drawn(box, person, unit)

    def choices(self, person: Account, unit: Unit) -> list[SafeString | None]:
        """Return a choice for no level and one for each level; None for a level that the unit lacks."""
        level = self.level(person, unit)
        chosen = level
        if self.sent is not None:
            sent = (role for role in self.roles if Cell(person.pk, unit.pk, role.pk) in self.sent)
            chosen = next(sent, None)
        return [
            self._choice(person, unit, role, was=role == level, ticked=role == chosen)
            if role is None or is_offered(role, unit)
            else None
            for role in (None, *self.roles)
        ]

    def _choice(
        self, person: Account, unit: Unit, role: Role | None, *, was: bool, ticked: bool
    ) -> SafeString:
        cell = Cell(person.pk, unit.pk, role.pk) if role else None
        box = Box(
            _words(person, role.label if role else _("no level"), unit),
            cell.value if cell else "",
            was=was,
            ticked=ticked,
            note=_("also") if cell in self.given and not was else "",
            name=f"cell-{unit.pk}",
            kind="radio",
            shown=role.label if role else _("No level"),
        )
        return self._drawn(box, person, unit)

    def _drawn(self, box: Box, person: Account, unit: Unit) -> SafeString:
        free = person.pk != self.reader.pk and unit.pk in self.editable
        return _free(box) if free else _fixed(box)


def short(role: Role) -> str:
    """Return the level's name for places with little room."""
    return str(SHORT.get(role.name, role.label))


def _words(person: Account, what: str, unit: Unit) -> str:
    return _("%(who)s: %(what)s in %(where)s") % {"who": person.name, "what": what, "where": unit.name}


def _free(box: Box) -> SafeString:
    return format_html(
        '<label class="grid-hit"><input class="form-check-input" type="{}" name="{}" value="{}"{}>'
        '{}<span class="visually-hidden">{}</span>{}</label>',
        box.kind,
        box.name,
        box.value,
        " checked" if box.ticked else "",
        _shown(box),
        box.label,
        _note(box),
    )


def _fixed(box: Box) -> SafeString:
    said = _("%s: yes") % box.label if box.was else _("%s: no") % box.label
    return format_html(
        '<span class="grid-mark{}"><span aria-hidden="true">{}</span>'
        '{}<span class="visually-hidden">{}</span>{}</span>',
        "" if box.was or box.note else " is-no",
        signs.icon("check") if box.was else "–",
        _shown(box),
        said,
        _note(box),
    )


def _shown(box: Box) -> SafeString:
    if not box.shown:
        return SafeString("")
    return format_html('<span class="grid-name" aria-hidden="true">{}</span>', box.shown)


def _note(box: Box) -> SafeString:
    if not box.note:
        return SafeString("")
    return format_html('<span class="grid-note"><span class="visually-hidden">, </span>{}</span>', box.note)
