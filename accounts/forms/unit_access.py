"""Which units an account may enter: yes or no for each (S2-05)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.services.unit_access import Entry
from adminrights.models import Unit

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit as the form draws it. `through` names the unit above by which the account comes in anyway."""

    unit: Unit
    depth: int
    chosen: bool
    below: bool
    own_only: bool
    has_below: bool
    has_above: bool
    through: str = ""


class UnitAccessForm(forms.Form):
    """One yes/no pair for each unit of `reach`, and how the account enters it."""

    def __init__(
        self,
        *args: Any,
        reach: Mapping[int, Unit],
        present: Mapping[int, Entry],
        through: Mapping[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reach, self.present, self.through = reach, present, through or {}

    def clean(self) -> None:
        sent = [name.removeprefix("unit-") for name in self.data if name.startswith("unit-")]
        known = {str(pk) for pk in self.reach}
        answers = {self.data.get(f"unit-{pk}", NO) for pk in self.reach}
        if not known.issuperset(sent) or not answers <= {YES, NO}:
            raise ValidationError(_("One of the units can't be chosen here. Look at the list again."))

    def wanted(self) -> dict[int, Entry]:
        """Return the units chosen with yes, and how the account enters each."""
        sent = {pk: self._sent(pk) for pk in self.reach}
        return {pk: entry for pk, entry in sent.items() if entry is not None}

    def _sent(self, pk: int) -> Entry | None:
        if self.data.get(f"unit-{pk}") != YES:
            return None
        return Entry(f"below-{pk}" in self.data, f"own-{pk}" in self.data)

    def rows(self) -> list[UnitChoice]:
        """Return the units in the order of the tree, as they were sent or else as they are."""
        chosen = self.wanted() if self.is_bound else self.present
        top = min((unit.path.count("/") for unit in self.reach.values()), default=0)
        return [
            UnitChoice(
                unit=unit,
                depth=min(unit.path.count("/") - top, 5),
                chosen=pk in chosen,
                below=chosen.get(pk, Entry()).includes_subunits,
                own_only=chosen.get(pk, Entry()).own_rights_only,
                has_below=self._has_below(unit),
                has_above=unit.parent_id is not None,
                through=self.through.get(pk, ""),
            )
            for pk, unit in self.reach.items()
        ]

    def _has_below(self, unit: Unit) -> bool:
        return any(other.path.startswith(unit.path) and other.pk != unit.pk for other in self.reach.values())
