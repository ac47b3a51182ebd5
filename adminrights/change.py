"""The one pipeline through which everything changes.

    with change(Event.GROUP_UPDATED, actor=actor, unit=group.unit, target=group, needs="groups:update") as c:
        c.update(group, name=name)

On leaving the block: who gains and who loses what is computed, the guards look at it, the journal gets
its entry, and all of it commits together, or nothing does. Inside an open change another `change(…)`
joins it.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from adminrights import clock, journal
from adminrights.actors import SYSTEM as SYSTEM
from adminrights.actors import Actor as Actor
from adminrights.actors import System
from adminrights.effects import Effects
from adminrights.events import Event
from adminrights.exceptions import NotAllowed, Refused
from adminrights.hooks import hooks
from adminrights.models import Fact, JournalEntry, JournalHead, OutgoingMail, Unit
from adminrights.models.base import pipeline_writes as _writing
from adminrights.origin import current_origin
from adminrights.plain import batches, plain
from adminrights.written import Update, described, save

_open: ContextVar["Change | None"] = ContextVar("change", default=None)
_previewed: ContextVar["list[Change] | None"] = ContextVar("previewed", default=None)


@dataclass(slots=True)
class Change:
    """One change under way: what it has written so far and, once it is left, what it does to people."""

    event: Event
    actor: Actor
    unit: Unit | None = None
    target: models.Model | None = None
    reason: str = ""
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    at: datetime = field(default_factory=clock.now)
    started: list[Fact] = field(default_factory=list)
    ended: list[Fact] = field(default_factory=list)
    written: list[dict[str, Any]] = field(default_factory=list)
    mentions: set[tuple[str, int]] = field(default_factory=set)
    concerned: dict[int, Any] = field(default_factory=dict)
    created: list[models.Model] = field(default_factory=list)
    mails: list[OutgoingMail] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)
    head: JournalHead | None = None
    policy_changed: bool = False
    # By which rights of the actor it goes through, each with its unit; used once it is done.
    used: set[tuple[str, int]] = field(default_factory=set)
    # Those of them that were asked for after something was written: it may have lent them for a moment.
    midway: set[tuple[str, int]] = field(default_factory=set)
    # The units of the changes that joined this one.
    units: list[Unit] = field(default_factory=list)
    # What the hooks computed once and need again.
    scratch: dict[str, Any] = field(default_factory=dict)

    @property
    def by_system(self) -> bool:
        """Whether the command line or the product itself acts."""
        return isinstance(self.actor, System)

    @property
    def changes_nothing(self) -> bool:
        """Whether there is only something to tell: nothing is written but the journal."""
        return all(row["do"] == "note" for row in self.written)

    @property
    def ids(self) -> tuple[uuid.UUID, uuid.UUID]:
        """The first and the last id under which it writes facts: its own."""
        return self.id, self.id

    def id_of(self, obj: models.Model) -> uuid.UUID:
        """Return the id under which what is written about the object is found again."""
        return self.id

    def require(self, needs: str | Sequence[str], unit: Unit | None) -> None:
        """Raise NotAllowed unless the actor holds the permissions in the unit."""
        keys = (needs,) if isinstance(needs, str) else tuple(needs)
        if self.by_system or not keys:
            return
        permits = hooks.permits
        missing = [k for k in keys if unit is None or permits is None or not permits(self.actor, k, unit)]
        if missing:
            words = ", ".join(hooks.wording(key) for key in missing)
            raise NotAllowed(_("You may not do this here. It needs: %s.") % words, missing)
        if unit is not None:
            self.use(keys, unit.pk)

    def use(self, keys: Iterable[str], unit: int) -> None:
        """Remember that it goes through because the actor holds these permissions in the unit."""
        if self.by_system:
            return
        rights = {(key, unit) for key in keys}
        self.used |= rights
        if self.written:
            self.midway |= rights

    def join(self, unit: Unit | None, reason: str) -> None:
        """Take another change into this one: where it belongs, and why it is made."""
        if unit is not None:
            self.units.append(unit)
        if reason and reason not in self.reason:
            self.reason = "; ".join(filter(None, [self.reason, reason]))

    def create(self, obj: models.Model) -> Any:
        """Insert an object and return it."""
        return self.create_all([obj])[0]

    def create_all(self, objs: Iterable[models.Model]) -> list[Any]:
        """Insert objects of one kind in one statement and return them."""
        objs = list(objs)
        self._insert(objs)
        self.created += objs
        for obj in objs:
            self._write("create", obj)
        return objs

    def update(self, obj: models.Model, **values: Any) -> set[str]:
        """Save the values that differ and return the names of their fields."""
        return self.update_each([(obj, values)])[0]

    def update_each(self, wanted: Iterable[tuple[models.Model, Mapping[str, Any]]]) -> list[set[str]]:
        """As `update`, of many objects of one kind, each with its values; those alike in one statement."""
        updates = [Update.of(obj, values) for obj, values in wanted]
        differing = [update for update in updates if update.values]
        if differing:
            self._note_policy(type(differing[0].obj))
            with _writing():
                save(differing)
        for update in differing:
            self._write("update", update.obj, fields=update.shown)
        return [set(update.values) for update in updates]

    def update_all(self, rows: models.QuerySet[Any], **values: Any) -> int:
        """Write the same into many rows in one statement and return their number; the entry tells no more.

        For what the product does to everybody at once: it moves no right and makes no form stale.
        """
        with _writing():
            number: int = rows.update(**values)
        if number:
            self.note(kind=rows.model._meta.model_name, number=number, fields=", ".join(sorted(values)))
        return number

    def start(self, fact: Fact) -> Any:
        """Start one fact now, ending a run-out one with the same subject, and return it."""
        return self.start_all([fact])[0]

    def start_all(self, facts: Iterable[Fact]) -> list[Any]:
        """Start facts of one kind in one statement and return them."""
        facts = list(facts)
        if not facts:
            return []
        model = type(facts[0])
        self.end_all(model.objects.run_out(facts, self.at))
        for fact in facts:
            fact.starts_at = fact.starts_at or self.at
            fact.started_in = self.id_of(fact)
            fact.started_by_id = self.actor.pk
        self._insert(facts)
        self.started += facts
        for fact in facts:
            self._write("start", fact)
        return facts

    def end(self, fact: Fact) -> None:
        """End one fact now."""
        self.end_all([fact])

    def end_all(self, facts: Iterable[Fact]) -> None:
        """End facts of one kind now, in one statement."""
        facts = list(facts)
        if not facts:
            return
        model = type(facts[0])
        values = {"ended_at": self.at, "ended_in": self.id, "ended_by_id": self.actor.pk}
        for fact in facts:
            for name, value in values.items():
                setattr(fact, name, value)
        self._note_policy(model)
        with _writing():
            for batch in batches([fact.pk for fact in facts], 500):
                model.objects.filter(pk__in=batch, ended_at=None).update(**values)
        self.ended += facts
        for fact in facts:
            self._write("end", fact)

    def concern(self, *accounts: Any) -> None:
        """Name existing accounts whose record is touched, for the guards and the history."""
        for account in accounts:
            self.concerned[account.pk] = account
            self.mentions.add(("account", account.pk))

    def send(self, message: str, account: Any, *, to: str = "", **facts: Any) -> OutgoingMail:
        """Promise a mail to the account, or to another address of it: its row commits with the change, a
        worker sends it (M1).
        """
        return self.send_each(message, [(account, facts)], to=to)[0]

    def send_each(
        self, message: str, people: Iterable[tuple[Any, dict[str, Any]]], *, to: str = ""
    ) -> list[OutgoingMail]:
        """As `send`, to many people in one statement, each with the facts of its mail."""
        mails = [
            OutgoingMail(
                key=uuid.uuid4(),
                message=message,
                account=account,
                address=to or account.email,
                facts=facts,
                change=self.id_of(account),
                request_id=current_origin().request_id,
                created_at=self.at,
                next_try_at=self.at,
            )
            for account, facts in people
        ]
        OutgoingMail.objects.bulk_create(mails, batch_size=500)
        self.mails += mails
        for mail in mails:
            self.tell(mail, {"do": "send", "kind": "outgoingmail", "id": mail.pk, "label": message}, set())
        return mails

    def note(self, **details: Any) -> None:
        """Add plain details to the journal entry."""
        self.written.append({"do": "note", **{name: plain(value) for name, value in details.items()}})

    def finish(self) -> None:
        """Compute the effects, ask the guards, tell whom it concerns, write the journal."""
        if not self.written:
            return
        if hooks.effects is not None:
            self.effects = hooks.effects(self)
        for guard in hooks.guards:
            guard(self)
        for notice in hooks.notices:
            notice(self)
        with _writing():
            self._record()
        previewed = _previewed.get()
        if previewed is not None:
            previewed.append(self)

    def _insert(self, objs: Sequence[models.Model]) -> None:
        if not objs:
            return
        self._note_policy(type(objs[0]))
        with _writing():
            if len(objs) == 1:
                objs[0].save(force_insert=True)
            else:
                type(objs[0])._default_manager.bulk_create(objs, batch_size=500)

    def _write(self, verb: str, obj: models.Model, **details: Any) -> None:
        row, mentions = described(obj, self.at)
        self.tell(obj, {"do": verb, **row, **details}, mentions)

    def tell(self, obj: models.Model, row: dict[str, Any], mentions: set[tuple[str, int]]) -> None:
        """Add to the entry what was done to the object, and what else the entry names by that."""
        self.mentions |= mentions
        self.written.append(row)

    def _record(self) -> None:
        journal.record(self)

    def _note_policy(self, model: type[models.Model]) -> None:
        """Draw a new token at every write: between two of them somebody may read, and keep, the policy."""
        if not getattr(model, "IS_POLICY", False) or self.head is None:
            return
        self.policy_changed = True
        self.head.policy = uuid.uuid4()
        self.head.save(update_fields=["policy"])


@contextmanager
def change(
    event: Event,
    *,
    actor: Actor,
    unit: Unit | None = None,
    target: models.Model | None = None,
    needs: str | Sequence[str] = (),
    reason: str = "",
) -> Iterator[Change]:
    """Open a change, or join the one that is open.

    Raises NotAllowed when the actor lacks a permission of `needs` in the unit, and whatever Refused a
    guard raises on leaving. A refusal undoes everything and is itself journaled.
    """
    outer = _open.get()
    if outer is not None:
        outer.require(needs, unit)
        outer.join(unit, reason)
        yield outer
        return
    current = Change(event, actor, unit, target, reason or current_origin().reason)
    try:
        with opened(current, needs):
            yield current
    except Refused as refusal:
        if _previewed.get() is None:
            record_refusal(current, refusal)
        raise


@contextmanager
def opened(current: Change, needs: str | Sequence[str]) -> Iterator[None]:
    """Carry one change out as `change` does, where none is open; a refusal isn't journaled."""
    token = _open.set(current)
    try:
        with transaction.atomic():
            current.head = journal.lock_head()
            # After the lock: what was changed while this one waited lies before it.
            current.at = clock.now()
            current.require(needs, current.unit)
            yield
            current.finish()
            _follow(current)
    finally:
        _open.reset(token)


def _follow(change: Change) -> None:
    """Keep which rights were used, and, for whoever tells of a fault, whether it was written and is saved."""
    if in_preview():
        return
    if hooks.used is not None:
        hooks.used(change)
    if change.written:
        progress = current_origin().progress
        progress.write(change.id)
        transaction.on_commit(progress.save)


def record_refusal(current: Change, refusal: Refused) -> None:
    """Journal what was not done and why, in a transaction of its own."""
    with transaction.atomic(), _writing():
        refused = Change(current.event, current.actor, current.unit, current.target, current.reason)
        refused.head = journal.lock_head()
        journal.record(refused, refusal=refusal)
    refusal.attempt = refused


def record_lost_refusal(refusal: Refused) -> None:
    """Journal a refusal that was undone together with a transaction around it; others are there already.

    Whoever opens a transaction around several changes calls it once that is over.
    """
    attempt = refusal.attempt
    if attempt is not None and not JournalEntry.objects.filter(change=attempt.id).exists():
        record_refusal(attempt, refusal)


def in_preview() -> bool:
    """Return whether what is done now is only tried out."""
    return _previewed.get() is not None


class _Undo(Exception):
    """Ends a preview."""


def preview(run: Callable[[], object]) -> Change | None:
    """Do it, see what it does to people, and roll it all back.

    Returns the change with its effects, None when there was nothing to do. Raises what doing it
    would raise; a refusal in a preview isn't journaled.
    """
    return next(reversed(preview_all(run)), None)


def preview_all(run: Callable[[], object]) -> "list[Change]":
    """As `preview`, of several changes that follow each other.

    Inside an open change they are changes of their own, with all guards, and leave nothing in the open one.
    """
    changes: list[Change] = []
    token, outer = _previewed.set(changes), _open.set(None)
    try:
        with transaction.atomic():
            run()
            raise _Undo
    except _Undo:
        return changes
    finally:
        _open.reset(outer)
        _previewed.reset(token)
