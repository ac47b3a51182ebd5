"""When somebody last did it, for the page that says whether they may."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.uses import Key, last_used, recording_since
from adminrights.models import Unit


def use_of(account: Account, permissions: Iterable[str], unit: Unit) -> str:
    """Return when the account last used one of the permissions in the unit; nothing if it isn't recorded."""
    since = recording_since()
    if since is None:
        return ""
    known = last_used([account.pk], [unit.pk])
    uses = (known.get(Key(account.pk, unit.pk, permission)) for permission in permissions)
    last = max(filter(None, uses), default=None)
    if last is None:
        return _("Not used since %s, when recording began.") % date_format(since, "j M Y")
    return _("Last used on %s.") % date_format(last, "j M Y")
