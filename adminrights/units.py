"""The unit in which a request works."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from adminrights.models import Unit

SESSION_KEY = "unit"


class Enterable:
    """How to find the units that an account may enter; accounts, which know, set it."""

    units_of: Callable[[Any], list[Unit]] | None = None


def current_unit(request: HttpRequest) -> Unit | None:
    """Return the unit that the account chose, if it may still enter it, else the first that it may."""
    units = request.units  # type: ignore[attr-defined]
    chosen = request.session.get(SESSION_KEY)
    return next((unit for unit in units if unit.pk == chosen), units[0] if units else None)


def enterable(request: HttpRequest) -> list[Unit]:
    """Return the units that the signed-in account may enter, in the order of the tree."""
    units_of = Enterable.units_of
    return units_of(request.user) if units_of is not None else []
