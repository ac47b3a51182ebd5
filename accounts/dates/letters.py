"""What the reminders say: what ends, when, and who can prolong it; nothing of what has changed meanwhile."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import links
from accounts.dates.kinds import KINDS, Dated, kind_of, place_of, words
from accounts.dates.reading import Reach
from accounts.dates.reminders import GIVER, PERSON
from accounts.helpers import helpers
from accounts.mail import Context, Facts, plain
from accounts.models import Account
from adminrights.days import in_words
from adminrights.models import OutgoingMail, Unit
from adminrights.models.facts import live_now


def ending(mail: OutgoingMail) -> Context | None:
    """Word to the person whose right ends."""
    found = _still(mail)
    if not found or mail.account.status != Account.Status.ACTIVE:
        return None
    return _context(mail, found) | {
        "lines": [_line(fact) for fact in found],
        "askable": ", ".join(_who_prolongs(mail.account, found)),
        "button_url": links.absolute("accounts:my_access"),
        "button_label": _("See what you may do"),
    }


def ending_given(mail: OutgoingMail) -> Context | None:
    """Word to whoever gave it, or to those who administer there."""
    found = _still(mail)
    if not found or mail.account.status != Account.Status.ACTIVE:
        return None
    return _context(mail, found) | {
        "lines": [_line(fact) | {"who": plain(fact.account.name)} for fact in found],
        "own": all(fact.started_by_id == mail.account_id for fact in found),
        "button_url": links.absolute("accounts:ending_list"),
        "button_label": _("See what ends soon"),
    }


def _context(mail: OutgoingMail, found: list[Dated]) -> Context:
    root = Unit.objects.get(pk=mail.facts["root"])
    return {"organisation": plain(root.name), "count": len(found)}


def _still(mail: OutgoingMail) -> list[Dated]:
    """Return what of it is in force still, the next end first: what was prolonged is another fact."""
    live = live_now(timezone.now())
    found: list[Dated] = []
    for kind in KINDS.values():
        numbers = [pk for key, pk, _days in mail.facts["ends"] if key == kind.key]
        found += kind.facts(live, Q(pk__in=numbers)) if numbers else []
    return sorted(found, key=lambda fact: (fact.expires_at or fact.starts_at, words(fact)))


def _line(fact: Dated) -> dict[str, Any]:
    until = in_words(fact.expires_at) if fact.expires_at else ""
    return {"what": plain(words(fact)), "unit": plain(place_of(fact).name), "until": until}


def _who_prolongs(account: Account, found: list[Dated]) -> Iterator[str]:
    """Yield the names of those who can set the dates of all of it."""
    for helper in helpers(account, place_of(found[0])):
        reach = Reach(helper.account)
        if all(reach.may_set(kind_of(fact), place_of(fact).pk) for fact in found):
            yield plain(helper.account.name)


MESSAGES: dict[str, Facts] = {PERSON: ending, GIVER: ending_given}
