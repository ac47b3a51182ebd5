"""Making a set of dated facts equal to what is wanted, inside a change."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from adminrights.change import Change
from adminrights.models import Fact

K = TypeVar("K", bound=Hashable)
F = TypeVar("F", bound=Fact)


def settle(
    c: Change,
    standing: Iterable[F],
    key: Callable[[F], K],
    wanted: Iterable[K],
    make: Callable[[K], F],
) -> tuple[list[F], list[F]]:
    """End the facts that aren't wanted, start the missing ones, and return both lists.

    `standing` are the not-ended facts of one kind, `key` says what each is about. A planned one that is
    wanted now ends and starts anew; a live one stays as it is, with its dates and with who gave it.
    """
    facts = [fact for fact in standing if fact.expires_at is None or fact.expires_at > c.at]
    wanted = dict.fromkeys(wanted)
    live = {key(fact) for fact in facts if fact.starts_at <= c.at}
    gone = [fact for fact in facts if key(fact) not in wanted or fact.starts_at > c.at]
    new = [make(each) for each in wanted if each not in live]
    c.end_all(gone)
    c.start_all(new)
    return gone, new
