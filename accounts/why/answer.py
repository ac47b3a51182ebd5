"""Whether somebody may do something here, through what, and if not, what stands in the way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.explain import PermissionAccess, explain
from accounts.models import Account
from accounts.sources import SourceLine, right_in_words
from accounts.why.case import lets_in, only_own
from accounts.why.drawing import Drawing, draw
from accounts.why.states import State, state_of
from accounts.why.suggestions import Question
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.models import Role
from roles.resolver import Resolution, Source


@dataclass(frozen=True, slots=True)
class Part:
    """One permission that a named one gives, and how it stands by itself."""

    key: str
    label: str
    state: State


@dataclass(frozen=True, slots=True)
class Answer:
    """`sources` and a drawing are there where anything gives it, or a part of it; `reasons` where it is no.

    `parts` are those of a named permission. `left_out` are those without which the answer is given, because
    they can have no effect here.
    """

    may: bool
    sources: tuple[SourceLine, ...]
    reasons: tuple[str, ...]
    drawing: Drawing | None
    parts: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()


def answer_to(asked: Question, label: str, *, links: bool) -> Answer:
    """Return the answer with every source; what an account that isn't active would hold is shown too."""
    account, unit = asked.account, asked.unit
    reader = None if not isinstance(asked.reader, Account) else asked.reader
    modules = explain(account, unit, as_if_active=True, links=links, reader=reader)
    held = [p for module in modules for p in module.permissions if p.key in asked.keys]
    resolution = effective(account, unit, as_if_active=True)
    may = account.status == Account.Status.ACTIVE and resolution.effective.keys() >= set(asked.keys)
    chains = _chains(resolution, asked.keys, unit)
    named = catalogue().named.get(asked.permission)
    gives = named.gives if named else ()
    return Answer(
        may=may,
        sources=tuple(_joined(held, len(asked.keys))),
        reasons=() if may else tuple(_reasons(asked, held)),
        drawing=draw(account.name, label, chains, effective=may) if held else None,
        parts=tuple(_part(key, resolution, account) for key in gives),
        left_out=tuple(_label(key) for key in gives if key not in asked.keys),
    )


def _part(key: str, resolution: Resolution, account: Account) -> Part:
    return Part(key, _label(key), state_of([key], resolution, account))


def _label(key: str) -> str:
    return catalogue().permissions[key].label


def _joined(held: Iterable[PermissionAccess], every: int) -> Iterator[SourceLine]:
    """Yield each source once; one that gives only some of several permissions says so."""
    found: dict[tuple[str, str], list[SourceLine]] = {}
    for permission in held:
        for line in permission.sources:
            found.setdefault((line.text, line.unit), []).append(line)
    for (text, _unit), lines in found.items():
        part = _("%(source)s (%(count)d of %(all)d rights)") % {
            "source": text,
            "count": len(lines),
            "all": every,
        }
        newest = max(lines, key=_since)
        until = min((line.until for line in lines if line.until), default=None)
        yield replace(newest, text=text if len(lines) >= every else part, until=until)


def _since(line: SourceLine) -> datetime:
    return line.since or datetime.min.replace(tzinfo=UTC)


def _reasons(asked: Question, held: Sequence[PermissionAccess]) -> Iterator[str]:
    account, unit, case = asked.account, asked.unit, asked.case()
    if account.status == Account.Status.PENDING:
        yield _("The account is pending: nothing works before its invitation is followed.")
    elif account.status == Account.Status.DISABLED:
        yield _("The account is disabled: nothing works before it is reactivated.")
    if not lets_in(case):
        yield _("%(name)s may not enter %(unit)s itself.") % {"name": account.name, "unit": unit.name}
    elif not held:
        yield _("No group and no own right gives it here.")
        if only_own(case):
            yield _("In %s only rights given in that very unit count.") % unit.name
    else:
        yield from _lacks(asked, held)


def _lacks(asked: Question, held: Sequence[PermissionAccess]) -> Iterator[str]:
    there = {permission.key for permission in held}
    missing = [_("“%s”") % _label(key) for key in asked.keys if key not in there]
    if missing:
        yield _("It is held in part: nothing gives %s here.") % ", ".join(missing)
    asleep = [permission for permission in held if not permission.effective]
    if asleep:
        whole = len(asleep) == len(asked.keys)
        yield _("It is held, but without effect.") if whole else _("Some of it is held without effect.")
        yield from dict.fromkeys(permission.why_not for permission in asleep)


def _chains(resolution: Resolution, keys: Iterable[str], unit: Unit) -> list[tuple[tuple[str, str], ...]]:
    """Return each source as the steps between the person and the permission: (kind, name)."""
    sources = list(dict.fromkeys(source for key in keys for source in resolution.held.get(key, ())))
    groups = Group.objects.in_bulk({source.group for source in sources if source.group})
    roles = Role.objects.in_bulk({source.role for source in sources if source.role})
    units = Unit.objects.in_bulk({source.unit for source in sources} - {unit.pk}) | {unit.pk: unit}
    chains = (tuple(_chain(source, groups, roles, units)) for source in sources)
    return list(dict.fromkeys(chains))


def _chain(
    source: Source, groups: dict[int, Group], roles: dict[int, Role], units: dict[int, Unit]
) -> list[tuple[str, str]]:
    if source.kind == "owner":
        return [("owner", _("Owner of %s") % units[source.unit].name)]
    if source.kind == "grant":
        return [("grant", right_in_words(source.right))]
    group, role = groups[source.group or 0], roles[source.role or 0]
    return [("group", group.display_name), ("role", role.label)]
