"""The role matrix: people by units for one level, or units by levels for one person (S4-11 to S4-14)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms.levels import CellsForm
from accounts.level_cells import Grid
from accounts.models import Account
from accounts.parts import CellPart, PlacePart, place_cells, places_sheet
from accounts.services.levels import Drawn, cells_sheet, set_cells
from accounts.standing import Cell, drawn_cells, is_editable, is_offered, levels, units_below
from accounts.views.accounts import AccountPage
from accounts.views.tabs import account_head
from adminrights.conflicts import Sheet
from adminrights.exceptions import NotAllowed, Refused
from adminrights.models import JournalEntry, JournalMention, Unit
from adminrights.models.journal import JournalQuerySet
from adminrights.navigation import Link
from adminrights.promises import digest_of, is_grave
from adminrights.views.parts import Part
from adminrights.views.previewed import PreviewedPage
from roles.models import Role

PEOPLE = 50
# A page sends at most one field for each cell, and a request holds 5,000.
CELLS = 2_000


class GridPage(PreviewedPage):
    """A table of ticks or choices, saved as one change.

    What takes something away or makes an administrator is asked about first; the rest is saved at once, and
    the page says what it did.
    """

    form_class = CellsForm
    # Those on whose cells somebody else worked too: whatever the page shows, it shows them.
    touched: frozenset[int] = frozenset()

    def people(self) -> list[Account]:
        """Return whom the table shows."""
        raise NotImplementedError

    def drawn_units(self) -> list[Unit]:
        """Return the units that the table shows."""
        return self.units

    def drawn_roles(self) -> list[Role]:
        """Return the levels that the table shows."""
        return self.roles

    @cached_property
    def editable(self) -> list[Unit]:
        """The units in which the reader may tick; nobody ticks for himself."""
        return [unit for unit in self.drawn_units() if is_editable(self.reader, unit)]

    def parts(self) -> list[Part]:
        return [CellPart(self.drawn_units(), self.drawn_roles())]

    def sheet(self) -> Sheet:
        people = [person.pk for person in self.people() if person.pk != self.reader.pk]
        return cells_sheet(drawn_cells(people, self.editable, self.drawn_roles()))

    def entries(self) -> JournalQuerySet:
        mentions = JournalMention.objects.filter(kind="account", object_id__in=self.touched)
        return JournalEntry.objects.filter(pk__in=mentions.values("entry_id")).seen_from(self.unit)

    def concerns(self, key: str) -> bool:
        return cell_of(key).account in self.touched

    def overtaken(self, form: CellsForm) -> HttpResponse:
        changed = form.cleaned_data["given"] | form.cleaned_data["taken"]
        self.touched = frozenset(cell.account for cell in changed)
        return super().overtaken(form)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"was": self.was(self.opened.sheet if self.opened else {})}

    def cells_of(self, sheet: Sheet) -> list[Cell]:
        """Return the cells behind a sheet of the page."""
        return [cell_of(key) for key in sheet]

    def was(self, sheet: Sheet) -> list[Cell]:
        """Return the cells that the page showed as ticked."""
        return self.cells_of(sheet)

    @property
    def reader(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    @cached_property
    def units(self) -> list[Unit]:
        return units_below(self.reader, self.unit)

    @cached_property
    def roles(self) -> list[Role]:
        return levels()

    def form_valid(self, form: CellsForm) -> HttpResponse:  # type: ignore[override]
        if "preview" in self.request.POST:
            return self.look_ahead(form)
        if self.wants_collecting():
            return self.collect(form)
        try:
            change = self.try_out(form)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.refused(form, refusal)
        # A yes holds for the ticks that it was said about and for what they did then, and for no others.
        asked = self.looked() == (digest_of(change), form.fingerprint())
        return super().form_valid(form) if asked or not is_grave(change) else self.show(form, change, "")

    def typed(self, form: CellsForm) -> str:
        return form.fingerprint()

    def apply(self, form: CellsForm) -> None:
        given, taken, reader = form.cleaned_data["given"], form.cleaned_data["taken"], self.reader
        drawn = Drawn(self.cells_of(self.seen), self.editable, self.drawn_roles())
        self.changed = set_cells(given, taken, actor=reader, unit=self.unit, seen=drawn)

    def done(self, result: object) -> str:
        if not self.changed:
            return _("Nothing to change.")
        count = ngettext("%d cell changed.", "%d cells changed.", self.changed) % self.changed
        return " ".join([count, *self.what_it_did()])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"discard_url": self.get_success_url()} | kwargs)

    def grid(self, people: list[Account], form: CellsForm) -> Grid:
        """Return what stands in the cells; after a refusal with the ticks as they were sent."""
        units = self.drawn_units()
        return Grid(self.reader, people, units, self.roles, editable=self.editable, sent=form.sent())


class RoleMatrix(GridPage):
    """People by units, for one level at a time; fifty people a page."""

    permission = "accounts:list"
    title = gettext_lazy("Role matrix")
    template_name = "matrix/people.html"

    @cached_property
    def role(self) -> Role | None:
        name = self.request.GET.get("level", "")
        offered = [role for role in self.roles if any(is_offered(role, unit) for unit in self.units)]
        usual = next((role for role in offered if role.name == "team_member"), None)
        return next((role for role in offered if role.name == name), usual)

    def address(self, **changed: Any) -> str:
        """Return the address of the same table with other choices."""
        chosen = {name: self.request.GET.get(name, "") for name in ("level", "q")} | changed
        return f"{reverse('accounts:role_matrix')}?{urlencode({k: v for k, v in chosen.items() if v})}"

    def get_success_url(self) -> str:
        return self.address(page=self.request.GET.get("page", ""))

    def drawn_units(self) -> list[Unit]:
        return [unit for unit in self.units if self.role is not None and is_offered(self.role, unit)]

    def drawn_roles(self) -> list[Role]:
        return [self.role] if self.role else []

    @cached_property
    def page(self) -> Any:
        """The part of the people that is shown."""
        found = Account.objects.in_unit(self.unit).search(self.request.GET.get("q", ""))
        fitting = max(1, min(PEOPLE, CELLS // max(1, len(self.drawn_units()))))
        return Paginator(found, fitting).get_page(self.request.GET.get("page"))

    def people(self) -> list[Account]:
        shown = list(self.page.object_list)
        missing = self.touched - {person.pk for person in shown}
        return [*shown, *(Account.objects.in_unit(self.unit).filter(pk__in=missing) if missing else ())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.setdefault("form", CellsForm())
        role, units, page, people = self.role, self.drawn_units(), self.page, self.people()
        grid = self.grid(people, form)
        rows = [
            {"person": person, "cells": [grid.tick(person, unit, role) for unit in units if role]}
            for person in people
        ]
        tabs = [
            Link(each.display_name, self.address(level=each.name), current=each == role)
            for each in self.roles
            if any(is_offered(each, unit) for unit in self.units)
        ]
        extra = {"page": page, "rows": rows, "columns": units, "role": role, "tabs": tabs}
        return super().get_context_data(**extra | kwargs)


class AccountLevels(AccountPage, GridPage):
    """Units by levels, for one person: behind the shield on the person's row (S4-11)."""

    permission = "accounts:get"
    template_name = "matrix/person.html"

    def people(self) -> list[Account]:
        return [self.object]

    def parts(self) -> list[Part]:
        base = self.opened.sheet if self.opened else {}
        return [PlacePart(self.object.pk, self.units, self.roles, base)]

    def sheet(self) -> Sheet:
        people = [self.object.pk] if self.object != self.reader else []
        return places_sheet(drawn_cells(people, self.editable, self.roles), self.roles)

    def cells_of(self, sheet: Sheet) -> list[Cell]:
        return place_cells(self.kwargs["pk"], sheet)

    def was(self, sheet: Sheet) -> list[Cell]:
        # Of several in a unit the page shows the highest as chosen.
        return list({cell.unit: cell for cell in self.cells_of(sheet)}.values())

    def concerns(self, key: str) -> bool:
        return True

    def get_title(self) -> str:
        return str(self.object.name)

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs()[:1]

    def get_success_url(self) -> str:
        return reverse("accounts:account_levels", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, person = kwargs.setdefault("form", CellsForm()), self.object
        grid = self.grid([person], form)
        rows = [{"unit": unit, "cells": grid.choices(person, unit)} for unit in self.units]
        extra = {
            "rows": rows,
            "columns": [_("No level"), *self.roles],
        } | account_head(self.request, person, "account_levels")
        return super().get_context_data(**extra | kwargs)


def cell_of(key: str) -> Cell:
    """Return the cell behind a key of the sheet."""
    return Cell(*map(int, key.split(":")[1:]))
