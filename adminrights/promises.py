"""What was shown before a change is what it does, or nothing is done.

A page that showed what saving would do carries the digest of it, signed. Whoever saves promises that
digest; a guard compares it with what the change is about to do, behind the lock, so nothing fits between.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from adminrights.change import Change, in_preview
from adminrights.effects import Befalls, Shared, accounts_in
from adminrights.exceptions import Moved
from adminrights.hooks import hooks
from adminrights.models import Fact
from adminrights.remarks import remarks_of

# The kind and the number of what a change makes, and which of it that is.
Made = dict[tuple[str, int], int]

# So many people may gain something by one save before somebody is asked.
MOST_UNASKED = 10


@dataclass(slots=True)
class Promise:
    """What was shown, by its digest; empty where nobody looked. `change` is what was done then."""

    digest: str = ""
    change: Change | None = None


_promised: ContextVar[Promise | None] = ContextVar("promised", default=None)


@contextmanager
def promised(digest: str) -> Iterator[Promise]:
    """Let what is done inside do to people what the digest says, any other change raise Moved.

    With an empty digest it only keeps the change.
    """
    promise = Promise(digest)
    token = _promised.set(promise)
    try:
        yield promise
    finally:
        _promised.reset(token)


def as_promised(change: Change) -> None:
    """A guard: raise Moved where the change does something else than what was shown."""
    promise = _promised.get()
    if promise is None or in_preview():
        return
    promise.change = change
    if promise.digest and promise.digest != digest_of(change):
        raise Moved(_("Something changed since you looked. Nothing is saved: this is what saving does now."))


def digest_of(change: Change | None) -> str:
    """Return a digest of all that is shown of the change, and until when, the same for the same.

    The dates are those of what people gain and lose, and of the facts that the change itself writes.
    """
    found = hashlib.sha256()
    if change is not None:
        # What the change makes has another number each time that it is tried.
        made = {
            (type(obj)._meta.model_name or "", obj.pk): -n for n, obj in enumerate(change.created, start=1)
        }
        effects = change.effects
        kinds = (effects.real, effects.given, effects.asleep, effects.things, effects.things_asleep)
        for texts in (*(_texts(kind, made) for kind in kinds), _dates(change, made)):
            for text in sorted(texts):
                found.update(text.encode())
            found.update(b"|")
        found.update("|".join(remarks_of([change])).encode())
    return found.hexdigest()


def _texts(effects: Befalls, made: Made) -> Iterator[str]:
    """Yield a text for each set of accounts that the same befalls, whoever of them holds it by which way."""
    accounts: dict[str, list[int]] = defaultdict(list)
    for each in effects.shared:
        units = sorted(made.get(("unit", unit), unit) for unit in each.units)
        thing = made.get(("item", each.thing.id), each.thing.id) if each.thing else ""
        until = ",".join(f"{right}={end.isoformat()}" for right, end in sorted(each.until.items()))
        rights = f"{sorted(each.gained)}:{sorted(each.lost)}"
        found = (made.get(("account", account), account) for account in each.accounts)
        accounts[f"{units}:{thing}:{rights}:{until}"].extend(found)
    yield from (f"{sorted(some)}:{what};" for what, some in accounts.items())


def _dates(change: Change, made: Made) -> Iterator[str]:
    """Yield the facts that begin later or end by themselves, of those that the change starts and ends."""
    for verb, facts in (("start", change.started), ("end", change.ended)):
        for fact in facts:
            planned = fact.starts_at if fact.starts_at > change.at else None
            if planned or fact.expires_at:
                yield f"{verb}:{_subject(fact, made)}:{_date(planned)}:{_date(fact.expires_at)};"


def _subject(fact: Fact, made: Made) -> str:
    named: list[object] = []
    for name in fact.SUBJECT:
        field: Any = fact._meta.get_field(name)
        value = getattr(fact, field.attname)
        named.append(
            made.get((field.related_model._meta.model_name, value), value) if field.is_relation else value
        )
    return f"{fact._meta.model_name}:{named}"


def _date(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def seal(change: Change | None, place: str, typed: str = "") -> str:
    """Return the digest as a page carries it: signed, good for one page, with what was typed then."""
    return signing.dumps([digest_of(change), typed], salt=f"previewed:{place}")


def unseal(text: str, place: str) -> tuple[str, str]:
    """Return the digest and what was typed; empty texts where it is nothing, or another page's."""
    try:
        digest, typed = signing.loads(text, salt=f"previewed:{place}")
    except (signing.BadSignature, ValueError):
        return "", ""
    return str(digest), str(typed)


def is_grave(change: Change | None) -> bool:
    """Return whether somebody loses something by the change or gets administration, now or once active."""
    grave: Callable[[str], bool] = hooks.is_grave
    return any(each.lost or any(map(grave, each.gained)) for each in _told(change))


def needs_a_look(change: Change | None) -> bool:
    """Return whether a change is one to look at before it is saved: a grave one, or one for many people."""
    return is_grave(change) or len(accounts_in(_told(change))) > MOST_UNASKED


def _told(change: Change | None) -> list[Shared]:
    return [*change.effects.now, *change.effects.later] if change else []
