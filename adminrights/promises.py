"""What was shown before a change is what it does, or nothing is done.

A page that showed what saving would do carries the digest of it, signed. Whoever saves promises that
digest; a guard compares it with what the change is about to do, behind the lock, so nothing fits between.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _

from adminrights.change import Change, in_preview
from adminrights.effects import Effect
from adminrights.exceptions import Moved
from adminrights.hooks import hooks
from adminrights.remarks import remarks_of

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
    """Return a digest of all that is shown of the change, the same for the same effects and remarks."""
    found = hashlib.sha256()
    if change is not None:
        # What the change makes has another number each time that it is tried.
        made = {(type(obj).__name__, obj.pk): -place for place, obj in enumerate(change.created, start=1)}
        effects = change.effects
        for kind in (effects.real, effects.given, effects.asleep):
            for text in sorted(_texts(kind, made)):
                found.update(text.encode())
            found.update(b"|")
        found.update("|".join(remarks_of([change])).encode())
    return found.hexdigest()


def _texts(effects: list[Effect], made: dict[tuple[str, int], int]) -> Iterator[str]:
    known: dict[frozenset[str], str] = {}
    for effect in effects:
        account = made.get(("Account", effect.account), effect.account)
        unit = made.get(("Unit", effect.unit), effect.unit)
        yield f"{account}:{unit}:{_text(effect.gained, known)}:{_text(effect.lost, known)};"


def _text(rights: frozenset[str], known: dict[frozenset[str], str]) -> str:
    if rights not in known:
        known[rights] = hashlib.sha256(",".join(sorted(rights)).encode()).hexdigest()
    return known[rights]


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
    return any(effect.lost or any(map(grave, effect.gained)) for effect in _told(change))


def needs_a_look(change: Change | None) -> bool:
    """Return whether a change is one to look at before it is saved: a grave one, or one for many people."""
    return is_grave(change) or len({effect.account for effect in _told(change)}) > MOST_UNASKED


def _told(change: Change | None) -> list[Effect]:
    return [*change.effects.real, *change.effects.asleep] if change else []
