"""Whether something is held, in a word and a sign, for lists of permissions."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from roles.resolver import Resolution


@dataclass(frozen=True, slots=True)
class State:
    """The word, and the sign that stands beside it."""

    word: str
    icon: str


def state_of(keys: Collection[str], resolution: Resolution, account: Account) -> State:
    """Return how the permissions together are held; the resolution is as if the account was active."""
    there = [key for key in keys if key in resolution.held]
    if not there:
        return State(_("No"), "x")
    if len(there) < len(keys):
        return State(_("In part"), "circle-dot")
    if not all(key in resolution.effective for key in keys):
        return State(_("Without effect"), "triangle-alert")
    if account.status != Account.Status.ACTIVE:
        return State(_("Once active"), "clock")
    return State(_("Yes"), "check")
