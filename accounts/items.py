"""Who may do what with a single item; reads only. Rows of django-guardian say to whom it was handed."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone
from guardian.models import UserObjectPermission

from accounts.access import enterable_units, units_of
from accounts.held import Held, held_now
from accounts.models import Account, Item
from accounts.models.items import HANDED, ItemQuerySet
from accounts.policy import Policy, policy_for
from adminrights.models import Unit
from roles.catalogue import catalogue
from roles.resolver import Facts, HeldGrant, allows

# Resources that name a permission of their own for handing their items over (S4-17, S4-22, S4-26).
HANDING = {"events": "event_managers:assign"}


def may_with(account: Account, permission: str, item: Item) -> bool:
    """Return whether the account may do it with this item now.

    Yes if it may in the whole unit, or if the item was handed to it: a handed item counts as a grant of the
    item's own, so that status, access to the unit, features and requirements are judged as ever.
    """
    resource, _colon, action = permission.partition(":")
    if resource != item.resource_id or item.retired_at or permission not in catalogue().permissions:
        return False
    now = timezone.now()
    held, token, *_rest = held_now(account.pk, now)
    policy = policy_for(token, now)
    if not held.active or item.unit_id not in policy.units:
        return False
    handed = rows_of(item).filter(user=account.pk, permission__codename=action)
    facts = held.facts(account.pk, policy)
    if action in HANDED and handed.exists():
        facts = _with(facts, item, permission)
    enterable = len(enterable_units(facts, policy))
    return allows(facts, policy.catalogue, policy.place(item.unit_id), permission, enterable_units=enterable)


def rights_with(
    account: int,
    held: Held,
    policy: Policy,
    item: Item,
    actions: Collection[str],
    *,
    as_if_active: bool,
) -> frozenset[str]:
    """Return what of that which handing the item over gives the account may do with it, by the same rule.

    `actions` are those that were handed over; `as_if_active` as in `resolve_held`.
    """
    if item.unit_id not in policy.units:
        return frozenset()
    facts, place = held.facts(account, policy), policy.place(item.unit_id)
    enterable = len(enterable_units(facts, policy))
    return frozenset(
        key
        for key in given_by(item)
        if allows(
            _with(facts, item, key) if key.partition(":")[2] in actions else facts,
            policy.catalogue,
            place,
            key,
            enterable_units=enterable,
            as_if_active=as_if_active,
        )
    )


def _with(facts: Facts, item: Item, permission: str) -> Facts:
    return replace(facts, grants=(*facts.grants, HeldGrant(0, item.unit_id, None, None, permission)))


def may_hand_over(account: Account, item: Item) -> bool:
    """Return whether the account may hand the item over."""
    return bool(lets_hand_over(account, item))


def lets_hand_over(account: Account, item: Item) -> list[str]:
    """Return by which permissions the account may hand the item over, none where it may not: by the
    resource's own, or because it may pass on, in the item's unit, what an item gives (C-08).
    """
    if own := HANDING.get(item.resource_id):
        ways = [[own]]
    else:
        ways = [["access:delegate"], ["access:assign", *given_by(item)]]
    return next((way for way in ways if account.may_all(way, item.unit)), [])


def may_retire(account: Account, item: Item) -> bool:
    """Return whether the account may retire the item: it makes such items, and may take this one back."""
    return may_hand_over(account, item) and account.may(makes(item.resource_id), item.unit)


def makes(resource: str) -> str:
    """Return the permission to do away with items: the resource's `delete`, or `create` where it has none."""
    delete = f"{resource}:delete"
    return delete if delete in catalogue().permissions else f"{resource}:create"


def given_by(item: Item) -> list[str]:
    """Return the permissions that handing the item over gives for it."""
    known = catalogue().permissions
    keys = (f"{item.resource_id}:{action}" for action in HANDED)
    return [key for key in keys if key in known]


def rows_of(item: Item | None = None) -> QuerySet[UserObjectPermission]:
    """Return guardian's rows about the item, or about every item."""
    rows = UserObjectPermission.objects.filter(content_type=ContentType.objects.get_for_model(Item))
    return rows.filter(object_pk=str(item.pk)) if item else rows


def people_with(item: Item) -> QuerySet[Account]:
    """Return the accounts that the item was handed to, by name."""
    return Account.objects.filter(pk__in=rows_of(item).values("user"))


def people_by_item(items: Iterable[Item]) -> dict[int, list[str]]:
    """Return the names of those whom each item was handed to, in two statements for any number of items."""
    numbers = [str(item.pk) for item in items]
    rows = rows_of().filter(object_pk__in=numbers).values_list("object_pk", "user").distinct()
    handed = [(int(item), account) for item, account in rows]
    names = {each.pk: each.name for each in Account.objects.filter(pk__in={pk for _item, pk in handed})}
    found: dict[int, list[str]] = {}
    for item, account in sorted(handed, key=lambda pair: names[pair[1]].casefold()):
        found.setdefault(item, []).append(names[account])
    return found


def handed_to(account: Account, units: Iterable[Unit]) -> ItemQuerySet:
    """Return the items of the units that were handed to the account."""
    numbers = {int(pk) for pk in rows_of().filter(user=account.pk).values_list("object_pk", flat=True)}
    return (
        Item.objects.present().filter(pk__in=numbers, unit__in=list(units)).select_related("unit", "resource")
    )


def seen_by(account: Account, unit: Unit, *, retired: bool = False) -> ItemQuerySet:
    """Return the items of the unit and below that the account may see, with `retired` those too.

    All of a unit for whoever may list its resource there, else only what was handed over (S4-18, S4-31).
    """
    there = Item.objects.all() if retired else Item.objects.present()
    kinds = set(there.values_list("resource", flat=True).distinct().order_by())
    if not kinds:
        return Item.objects.none()
    places = [place for place in units_of(account) if place.path.startswith(unit.path)]
    seen = Q(pk__in=handed_to(account, places).values("pk"))
    for place in places:
        listed = [kind for kind in kinds if account.may(f"{kind}:list", place)]
        seen |= Q(unit=place, resource__in=listed)
    return there.filter(seen).select_related("unit", "resource")
