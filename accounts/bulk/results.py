"""What became of each account, kept in the session of whoever did it until the next step for many."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bulk.planning import Plan
from accounts.models import Account

KEY = "bulk_result"


class Outcome(NamedTuple):
    """What becomes, or became, of one account."""

    account: Account
    # done, nothing or refused
    kind: str
    text: str


def outcomes(found: Plan, people: list[Account], done: str) -> list[Outcome]:
    """Return what becomes of each: first the refused, last those to whom it happens."""
    by_kind: dict[str, list[Outcome]] = {"refused": [], "nothing": [], "done": []}
    for account in people:
        if account.pk in found.refused:
            by_kind["refused"].append(Outcome(account, "refused", found.refused[account.pk]))
        elif account.pk in found.nothing:
            by_kind["nothing"].append(Outcome(account, "nothing", found.nothing[account.pk]))
        else:
            by_kind["done"].append(Outcome(account, "done", done))
    return [outcome for some in by_kind.values() for outcome in some]


def counted(done: int, nothing: int, refused: int) -> list[tuple[str, str]]:
    """Return the three numbers in words, each with its kind."""
    counts = [
        ("refused", refused, ngettext("%d refused", "%d refused", refused)),
        ("nothing", nothing, ngettext("%d with nothing to do", "%d with nothing to do", nothing)),
        ("done", done, ngettext("%d account", "%d accounts", done)),
    ]
    return [(kind, words % number) for kind, number, words in counts if number or kind == "done"]


def keep(session: SessionBase, url_name: str, title: str, found: Plan) -> None:
    """Keep what became of each account."""
    session[KEY] = {
        "step": url_name,
        "title": title,
        "done": [account.pk for account in found.done],
        "nothing": {str(pk): why for pk, why in found.nothing.items()},
        "refused": {str(pk): why for pk, why in found.refused.items()},
    }


def kept(session: SessionBase) -> dict[str, Any] | None:
    """Return what was kept of the last step for many."""
    found: dict[str, Any] | None = session.get(KEY)
    return found


def told(
    found: Mapping[str, Any], people: Mapping[int, Account], most: int | None = None
) -> Iterator[Outcome]:
    """Yield what became of each account that the reader still sees, the refused first."""
    lines = [
        *((int(pk), "refused", why) for pk, why in found["refused"].items()),
        *((int(pk), "nothing", why) for pk, why in found["nothing"].items()),
        *((pk, "done", _("done")) for pk in found["done"]),
    ]
    for pk, kind, text in lines[:most]:
        if pk in people:
            yield Outcome(people[pk], kind, text)
