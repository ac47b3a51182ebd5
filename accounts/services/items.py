"""Items: registered, handed over, taken back. The one place that writes django-guardian's rows.

They are guardian's own tables, so they aren't facts; each write stands inside a change, with its entry.
"""

from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.access import enterable_units
from accounts.handed import HAND_OVER, TAKE_BACK
from accounts.held import held_by
from accounts.items import HANDING, given_by, lets_hand_over, makes, people_with, rows_of
from accounts.models import Account, Item
from accounts.policy import policy_now
from adminrights.change import Actor, Change, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotAllowed, OwnRights
from adminrights.models import Unit
from adminrights.models.facts import live_now
from adminrights.text import clean_text
from roles.catalogue import catalogue
from roles.models import Resource

LONGEST_NAME = 200


def register_item(resource: str, unit: Unit, name: str, *, actor: Actor) -> Item:
    """Make a single thing of the resource known in the unit and return it; one that is known stays.

    Raises Invalid for an unknown resource or a missing name, NotAllowed without the resource's `create`.
    """
    name = clean_text(name)
    with change(Event.ITEM_REGISTERED, actor=actor, unit=unit) as c:
        if f"{resource}:get" not in catalogue().permissions:
            raise Invalid(_("There is no resource %s whose items could be opened.") % resource)
        if not name or len(name) > LONGEST_NAME:
            raise Invalid(_("Give the item a name of at most %d characters.") % LONGEST_NAME)
        c.require(f"{resource}:create", unit)
        known = Item.objects.present().filter(resource=resource, unit=unit, name=name).first()
        if known is not None:
            return known
        kind = Resource.objects.get(pk=resource)
        item: Item = c.create(
            Item(resource=kind, unit=unit, name=name, created_by=str(actor), created_at=c.at)
        )
        c.target = item
    return item


def hand_over(item: Item, account: Account, *, actor: Actor) -> bool:
    """Let the account open and manage this one item; return whether it couldn't before (S4-31).

    Raises Invalid for somebody who may not enter the item's unit, NotAllowed for an actor who may not pass
    it on, OwnRights for one who would raise himself where no permission of the resource's own allows it.
    """
    with change(Event.ITEM_HANDED_OVER, actor=actor, unit=item.unit, target=item) as c:
        _require_handing(c, item)
        _refuse_raising_oneself(c, item, account)
        held = held_by([account.pk], live_now(c.at))[account.pk]
        policy = policy_now(c.at)
        if item.unit_id not in enterable_units(held.facts(account.pk, policy), policy):
            raise Invalid(
                _("%(who)s has no access to %(unit)s. Give access first.")
                % {"who": account.name, "unit": item.unit}
            )
        if rows_of(item).filter(user=account).exists():
            return False
        for key in given_by(item):
            assign_perm(key.partition(":")[2], account, item)
        _tell(c, item, account, HAND_OVER)
    return True


def take_back(item: Item, account: Account, *, actor: Actor) -> bool:
    """Take the item back from the account; return whether it had it. Raises NotAllowed as `hand_over`."""
    with change(Event.ITEM_TAKEN_BACK, actor=actor, unit=item.unit, target=item) as c:
        _require_handing(c, item)
        return _take_back(c, item, account)


def take_back_all(account: Account, root: Unit, *, actor: Actor) -> None:
    """Take back every item under the root, as part of a removal: whoever comes back starts anew (S4-38)."""
    numbers = [int(pk) for pk in rows_of().filter(user=account).values_list("object_pk", flat=True)]
    with change(Event.ITEM_TAKEN_BACK, actor=actor, unit=root, needs="accounts:delete") as c:
        for item in Item.objects.filter(pk__in=numbers, unit__path__startswith=root.path):
            _take_back(c, item, account)


def retire_item(item: Item, *, actor: Actor) -> list[Account]:
    """Take the item out of every list and from everybody, for good; return who had it (S4-31).

    Its name is free again and its history stays. Raises Invalid for one that was retired before, NotAllowed
    for an actor who may not hand it over or lacks the permission that makes such items.
    """
    with change(Event.ITEM_RETIRED, actor=actor, unit=item.unit, target=item) as c:
        _require_handing(c, item)
        c.require(makes(item.resource_id), item.unit)
        people = list(people_with(item))
        rows_of(item).delete()
        for account in people:
            _tell(c, item, account, TAKE_BACK)
        c.update(item, retired_at=c.at)
    return people


def _take_back(c: Change, item: Item, account: Account) -> bool:
    rows = rows_of(item).filter(user=account)
    if not rows.exists():
        return False
    for action in list(rows.values_list("permission__codename", flat=True)):
        remove_perm(action, account, item)
    _tell(c, item, account, TAKE_BACK)
    return True


def _require_handing(c: Change, item: Item) -> None:
    item.refresh_from_db()
    if item.retired_at:
        raise Invalid(_("This item doesn't exist any more."))
    keys = [] if c.by_system else lets_hand_over(c.actor, item)
    if c.by_system or keys:
        c.use(keys, item.unit_id)
        return
    missing = HANDING.get(item.resource_id, "access:assign")
    label = catalogue().permissions[missing].label
    raise NotAllowed(_("You may not hand this over. It needs: %s.") % label, [missing])


def _refuse_raising_oneself(c: Change, item: Item, account: Account) -> None:
    if account.pk != c.actor.pk or item.resource_id in HANDING:
        return
    if not account.may_all(given_by(item), item.unit):
        raise OwnRights(_("You can't raise your own rights. Ask another administrator."))
    c.use(given_by(item), item.unit_id)


def _tell(c: Change, item: Item, account: Account, step: str) -> None:
    """Put what guardian wrote into the journal, in the histories of both."""
    c.note(step=step, item=item.pk, name=item.name, account=account.pk, label=str(account))
    c.mentions |= {("account", account.pk), ("item", item.pk)}
