"""The single items that a change handed over or took back: each is put right by the service for it."""

from django.utils.translation import gettext as _

from accounts.handed import steps_in
from accounts.models import Account, Item
from accounts.services.items import hand_over, take_back
from adminrights.change import Change
from adminrights.exceptions import Refused
from adminrights.models import JournalEntry


def hand_back(c: Change, entry: JournalEntry) -> list[str]:
    """Take back what the change handed over and hand over what it took; return what stays, and why."""
    steps = reversed(list(steps_in(entry.data.get("changes", ()))))
    return [left for pair, was_handed in steps if (left := _put_right(c, pair, was_handed))]


def _put_right(c: Change, pair: tuple[int, int], was_handed: bool) -> str:
    account, item = Account.objects.get(pk=pair[0]), Item.objects.get(pk=pair[1])
    step = take_back if was_handed else hand_over
    try:
        done = step(item, account, actor=c.actor)
    except Refused as refusal:
        return f"{account.name} · {item}: {refusal}"
    return "" if done else _("%s: changed since") % f"{account.name} · {item}"
