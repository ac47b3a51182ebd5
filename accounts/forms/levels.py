"""The ticks of the role matrix."""

import re
from collections.abc import Collection
from hashlib import sha256
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.standing import Cell

CELL = re.compile(r"[0-9]{1,18}:[0-9]{1,18}:[0-9]{1,18}")
# Fifty people by thirty units, and room to spare; each was shown and may be ticked.
MOST = 5_000


class CellsForm(forms.Form):
    """What is ticked now, beside what was given when the table was drawn (`was`).

    A table of ticks sends `cell`; one with a choice in each row sends `cell-…`, empty for no level.
    Only the differences are done, so that two people who work in one table don't undo each other.
    """

    def __init__(self, *args: Any, was: Collection[Cell] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was = set(was)

    def clean(self) -> dict[str, Any]:
        ticked = self.cells()
        return {"ticked": ticked, "given": ticked - self.was, "taken": self.was - ticked}

    def fingerprint(self) -> str:
        """Return what stands for these very differences."""
        given, taken = (sorted(self.cleaned_data[name]) for name in ("given", "taken"))
        return sha256(repr((given, taken)).encode()).hexdigest()

    def sent(self) -> set[Cell] | None:
        """Return the ticks as they were sent; None where nothing that could be shown was."""
        if not self.is_bound:
            return None
        try:
            return self.cells()
        except forms.ValidationError:
            return None

    def cells(self) -> set[Cell]:
        """Return the posted cells. Raises ValidationError for what is none."""
        data = self.data
        values = data.getlist("cell") if isinstance(data, QueryDict) else []
        values += [value for name, value in data.items() if value and name.startswith("cell-")]
        if len(values) > MOST or not all(CELL.fullmatch(value) for value in values):
            raise forms.ValidationError(_("That is no cell of this table. Load the page again."))
        return {Cell(*map(int, value.split(":"))) for value in values}
