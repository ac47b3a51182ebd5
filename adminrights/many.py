"""One step for many new people in one transaction: set-wise to write and to judge, a change for each of them.

    with change_each(Event.ACCOUNT_CREATED, actor=actor, unit=unit, needs="accounts:create") as c:
        accounts = c.create_all(accounts)

Each account that is made inside has an entry of its own in the journal, and its facts and mails the id of
that entry: its history and what takes it back are those of an account that was made alone. All of it commits
together or not at all. A refusal isn't journaled: it says nothing of each, so whoever is refused does it in
smaller pieces, at last one by one.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from adminrights import journal
from adminrights.change import Actor, Change, in_preview, opened
from adminrights.effects import Befalls, Effects, Shared
from adminrights.events import Event
from adminrights.models import Fact, Unit
from adminrights.origin import current_origin

# The ids of parts follow each other, so that a condition names all of them by the first and the last.
ROOM = 0xFFFF


def _with_room() -> uuid.UUID:
    return uuid.UUID(int=uuid.uuid4().int & ~ROOM)


@dataclass
class ChangeOfEach(Change):
    """Changes of many new accounts under way: what all of them do, and the part of each by its account."""

    id: uuid.UUID = field(default_factory=_with_room)
    parts: dict[int, Change] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[uuid.UUID, uuid.UUID]:
        """The first and the last id under which it may write facts: those of its parts lie between them."""
        return self.id, uuid.UUID(int=self.id.int + ROOM)

    def id_of(self, obj: models.Model) -> uuid.UUID:
        """Return the id of the part that is about the object's account."""
        part = self._part_of(obj)
        return self.id if part is None else part.id

    def create_all(self, objs: Iterable[models.Model]) -> list[Any]:
        """Insert objects of one kind; with each account begins a part."""
        objs = list(objs)
        self._insert(objs)
        self.created += objs
        for obj in objs:
            if isinstance(obj, get_user_model()):
                self.parts[obj.pk] = self._begin(obj)
            self._write("create", obj)
        return objs

    def end_all(self, facts: Iterable[Fact]) -> None:
        """End nothing: somebody new has nothing yet. Raises TypeError for anything else."""
        if list(facts):
            raise TypeError("A change of each begins something for new accounts and ends nothing")

    def finish(self) -> None:
        """Do as any change does; tried out, only what is told of it is kept: who gains what, by name."""
        super().finish()
        if in_preview():
            self.created = [obj for obj in self.created if isinstance(obj, get_user_model())]
            for kept in (self.started, self.mails, self.parts, self.mentions):
                kept.clear()
            self.scratch.pop("sides", None)
            del self.written[1:]

    def _begin(self, account: models.Model) -> Change:
        number = len(self.parts) + 1
        if number > ROOM:
            raise ValueError(f"A change of each has room for {ROOM} accounts")
        part = Change(self.event, self.actor, self.unit, account, self.reason, at=self.at, head=self.head)
        part.id = uuid.UUID(int=self.id.int + number)
        return part

    def _part_of(self, obj: models.Model) -> Change | None:
        key = obj.pk if isinstance(obj, get_user_model()) else getattr(obj, "account_id", None)
        return self.parts.get(key) if key is not None else None

    def tell(self, obj: models.Model, row: dict[str, Any], mentions: set[tuple[str, int]]) -> None:
        super().tell(obj, row, mentions)
        part = self._part_of(obj)
        if part is not None:
            part.tell(obj, row, mentions)

    def _record(self) -> None:
        assert self.head is not None  # noqa: S101 - a change locks the head before anything else
        effects: dict[int, list[Shared]] = defaultdict(list)
        for each in self.effects.now:
            for account in each.accounts:
                effects[account].append(replace(each, accounts=(account,)))
        for account, part in self.parts.items():
            part.effects = Effects(real=Befalls(effects[account]))
        journal.record_each(list(self.parts.values()), self.head)


@contextmanager
def change_each(
    event: Event, *, actor: Actor, unit: Unit, needs: str | Sequence[str] = ()
) -> Iterator[ChangeOfEach]:
    """Open a change for each of many new accounts, where none is open.

    Raises as `change`, for all of them, and journals no refusal.
    """
    current = ChangeOfEach(event, actor, unit, reason=current_origin().reason)
    with opened(current, needs):
        yield current
