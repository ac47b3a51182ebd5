"""What pages about people say about items; reads only."""

from typing import Any

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.access import anything_for, units_of
from accounts.items import HANDING, handed_to, may_hand_over, rows_of, seen_by
from accounts.models import Account, Item
from accounts.models.items import ItemQuerySet
from adminrights.models import Unit
from roles.catalogue import catalogue

MOST = 200
FEW = 5


def kinds_of(account: Account, unit: Any) -> list[tuple[str, Any]]:
    """Return the kinds of items that the account may create in the unit: key and label."""
    known = catalogue().resources
    may = [kind for kind in HANDING if unit is not None and account.may(f"{kind}:create", unit)]
    return [(kind, known[kind].label) for kind in may]


def offered_to(person: Account, reader: Account, unit: Any) -> ItemQuerySet:
    """Return the first items that the reader may hand over and the person doesn't have."""
    seen = seen_by(reader, unit)
    missing = seen.exclude(pk__in=handed_to(person, units_of_items(seen)).values("pk"))
    numbers = [item.pk for item in missing[:MOST] if may_hand_over(reader, item)]
    return Item.objects.filter(pk__in=numbers)


def section_of(person: Account, reader: Account, unit: Any) -> dict[str, Any] | None:
    """Return what the account's page says about items; None where there are none to speak of."""
    seen = seen_by(reader, unit)
    units = units_of_items(seen)
    if not units:
        return None
    held = list(handed_to(person, units).filter(pk__in=seen.values("pk")))
    add = offered_to(person, reader, unit).exists()
    if not held and not add:
        return None
    return {
        "rows": [{"item": item, "may_take_back": may_hand_over(reader, item)} for item in held],
        "add_url": reverse("accounts:account_item_add", args=[person.pk]) if add else "",
    }


def shown_in_menu(account: Account, unit: Any) -> bool:
    """Return whether the menu leads to the items: the account may create some, or list those there are."""
    return _words_of_menu(account, unit) == "items"


def shown_as_mine(account: Account, unit: Any) -> bool:
    """Return whether the menu leads to the items that were handed to the account, for it sees no others."""
    return _words_of_menu(account, unit) == "my_items"


def _words_of_menu(account: Account, unit: Any) -> str:
    """Return "items", "my_items" or nothing; worked out once in a request."""
    remembered: dict[Any, Any] = {} if account.decisions is None else account.decisions
    key = ("menu of items", unit.pk)
    if key not in remembered:
        remembered[key] = "items" if kinds_of(account, unit) else _words_by_what_is_seen(account, unit)
    words: str = remembered[key]
    return words


def _words_by_what_is_seen(account: Account, unit: Any) -> str:
    if not anything_for(account).items:
        return ""
    own = rows_of().filter(user=account.pk, object_pk=Cast(OuterRef("pk"), CharField()))
    here = Item.objects.present().filter(unit__path__startswith=unit.path).annotate(handed=Exists(own))
    found = list(here.order_by().values_list("resource", "unit", "handed").distinct())
    places = {place.pk: place for place in units_of(account)} if found else {}
    entered = [(kind, places[place], handed) for kind, place, handed in found if place in places]
    if any(account.may(f"{kind}:list", place) for kind, place, _handed in entered):
        return "items"
    return "my_items" if any(handed for _kind, _place, handed in entered) else ""


def units_of_items(items: ItemQuerySet) -> list[Unit]:
    """Return the units in which the items are."""
    return list(Unit.objects.filter(pk__in=items.order_by().values("unit").distinct()))


def mine(account: Account, unit: Any) -> dict[str, Any]:
    """Return the items that My access tells of: the first that were handed over, and where all are."""
    seen = seen_by(account, unit)
    units = units_of_items(seen)
    handed = list(handed_to(account, units)[:FEW]) if units else []
    return {"my_items": handed, "items_url": reverse("accounts:item_list") if units else ""}
