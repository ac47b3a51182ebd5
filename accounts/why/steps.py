"""The single changes by which somebody comes to be allowed something, as an address holds them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from roles.catalogue import Catalogue

# In the order in which they are carried out; what lets somebody in comes before what he is given.
KINDS = ("activate", "enter", "open", "second", "feature", "group", "level", "key")
BARE = frozenset({"activate", "enter", "open"})
MOST = 20


class Step(NamedTuple):
    """One of the kinds, and what it is about: a unit, feature or group, "module@level", or a permission.

    The permission may be a named one.
    """

    kind: str
    what: str = ""

    @property
    def token(self) -> str:
        """Return the step as an address has it: "group~12"."""
        return f"{self.kind}~{self.what}" if self.what else self.kind


class UnknownStep(ValueError):
    """The text names no step that could be carried out."""


def read_steps(tokens: Sequence[str], known: Catalogue) -> tuple[Step, ...]:
    """Return the steps that the texts name, in the order of KINDS. Raises UnknownStep."""
    if not 0 < len(tokens) <= MOST:
        raise UnknownStep
    steps = dict.fromkeys(_read(token, known) for token in tokens)
    return in_order(steps)


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps in the order in which they are carried out."""
    return tuple(sorted(steps, key=lambda step: (KINDS.index(step.kind), step.what)))


def _read(token: str, known: Catalogue) -> Step:
    kind, _sign, what = token.partition("~")
    valid = {
        "second": _is_number(what),
        "group": _is_number(what),
        "feature": what in known.features,
        "level": "@" in what and bool(known.given_by(what)),
        "key": what in known.permissions or what in known.named,
        **dict.fromkeys(BARE, not what),
    }
    if not valid.get(kind, False):
        raise UnknownStep
    return Step(kind, what)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def of_kind(steps: Iterable[Step], kind: str) -> list[str]:
    """Return what the steps of one kind are about."""
    return [step.what for step in steps if step.kind == kind]
