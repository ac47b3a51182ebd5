"""The facts of a change: which of those that it started still stand, which that it ended can stand again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import AccessRule, Account, Grant, UnitAccess, Waiver
from accounts.reach import administered
from accounts.services.grants import require_handing_out
from accounts.services.unit_access import refuse_beyond, refuse_own_access
from accounts.sources import right_in_words
from adminrights.change import Change
from adminrights.exceptions import Invalid
from adminrights.models import Fact, Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule

# Where a person enters comes back before what holds there, and what a group carries after the group.
KINDS: tuple[type[Fact], ...] = (UnitFeature, UnitAccess, Membership, Grant, GroupRole, Rule)
# These end and start by services of their own (rules.py), an exception after its rule.
RULES: tuple[type[Fact], ...] = (AccessRule, Waiver)


@dataclass(slots=True)
class Facts:
    """What to end and what to start; `left` says what stays as it is, and why."""

    ends: list[Fact] = field(default_factory=list)
    starts: list[Fact] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def facts_of(change: UUID, at: datetime) -> Facts:
    """Return how the facts of a change are taken back at the moment."""
    found = Facts()
    for kind in (*KINDS, *RULES):
        made = kind._default_manager.filter(started_in=change).select_related(*_named(kind))
        gone = kind._default_manager.filter(ended_in=change).exclude(started_in=change)
        standing = [fact for fact in made if fact.ended_at is None and not _has_run_out(fact, at)]
        found.ends += standing
        found.left += [_("%s: changed since") % tell(fact) for fact in made if _was_moved_on(fact, change)]
        for fact in gone.select_related(*_named(kind)):
            reason = _why_not(fact, {each.pk for each in standing}, at)
            if reason:
                found.left.append(f"{tell(fact)}: {reason}")
            else:
                found.starts.append(
                    fact.like(fact.starts_at if fact.starts_at > at else None, fact.expires_at)
                )
    return found


def _named(kind: type[Fact]) -> list[str]:
    return [name for name in kind.SUBJECT if kind._meta.get_field(name).is_relation]


def _has_run_out(fact: Fact, at: datetime) -> bool:
    return fact.expires_at is not None and fact.expires_at <= at


def _was_moved_on(fact: Fact, change: UUID) -> bool:
    """Whether somebody ended, after the change, what the change started."""
    return fact.ended_at is not None and fact.ended_in != change


def _why_not(fact: Fact, ending: Iterable[int], at: datetime) -> str:
    """Return why the fact can't stand again; empty where it can."""
    if _has_run_out(fact, at):
        return _("it would have ended by itself meanwhile")
    if _is_gone(fact):
        return _("what it belongs to is there no more")
    rivals = type(fact)._default_manager.filter(ended_at=None, **_subject(fact)).exclude(pk__in=list(ending))
    if any(not _has_run_out(rival, at) for rival in rivals):
        return _("something else stands there now")
    return ""


def _subject(fact: Fact) -> dict[str, object]:
    """Return what only one fact may have at a time: of a module there is one level."""
    if isinstance(fact, Waiver):
        return {"rule__in": fact.rule.alike(), "account": fact.account}
    names = [name for name in fact.SUBJECT if not (name == "level" and isinstance(fact, Grant))]
    return {name: getattr(fact, name) for name in names}


def put_right(c: Change, facts: Facts) -> None:
    """End and start what gives access. Raises NotAllowed for what the actor may not do, and for the actor's
    own access.
    """
    for fact in facts.ends:
        _require(c, fact, starting=False)
    for fact in facts.starts:
        _require(c, fact, starting=True)
    for kind in KINDS:
        c.end_all([fact for fact in facts.ends if isinstance(fact, kind)])
    for kind in KINDS:
        c.start_all([fact for fact in facts.starts if isinstance(fact, kind)])


def _require(c: Change, fact: Fact, *, starting: bool) -> None:
    if isinstance(fact, UnitAccess):
        _require_access(c, fact, starting=starting)
    elif isinstance(fact, RULES):
        return
    elif isinstance(fact, Grant):
        require_handing_out(c, fact.unit)
    else:
        c.require(*_needed(fact, starting=starting))


def _require_access(c: Change, fact: UnitAccess, *, starting: bool) -> None:
    """To let somebody in, or to put somebody out, for good is more than to change where he may go."""
    refuse_own_access(c, fact.account_id)
    root = fact.unit.root or fact.unit
    others = UnitAccess.objects.not_ended().filter(account=fact.account_id, unit__path__startswith=root.path)
    if others.exclude(pk=fact.pk).exists():
        c.require("accounts:update", fact.unit)
    else:
        c.require("accounts:create" if starting else "accounts:delete", fact.unit if starting else root)
    refuse_beyond([fact], administered(c.actor, fact.unit))


def _needed(fact: Fact, *, starting: bool) -> tuple[str, Unit]:
    """Return what the services ask for before they start or end such a fact, and where."""
    if isinstance(fact, Membership):
        return f"group_members:{'create' if starting else 'delete'}", fact.group.unit
    if isinstance(fact, GroupRole):
        return "roles:assign", fact.group.unit
    if isinstance(fact, Rule) and fact.role.unit is not None:
        return "roles:update", fact.role.unit
    if isinstance(fact, UnitFeature):
        return "units:update", fact.unit.root or fact.unit
    raise Invalid(_("This can't be taken back."))


def _is_gone(fact: Fact) -> bool:
    """Whether what the fact is about was deleted or closed since."""
    if isinstance(fact, Waiver):
        return _is_pointless(fact)
    things = [getattr(fact, name) for name in _named(type(fact))]
    return any(
        (isinstance(thing, Group | Role) and thing.deleted_at is not None)
        or (isinstance(thing, Unit) and thing.closed_at is not None)
        or (isinstance(thing, Group) and thing.unit.closed_at is not None)
        for thing in things
    ) or (isinstance(fact, AccessRule) and not fact.is_known)


def _is_pointless(waiver: Waiver) -> bool:
    """Whether the rule neither stands nor comes back with the exception, or the person works here no more."""
    rule = waiver.rule
    root = rule.unit.root or rule.unit
    stands = rule.alike().not_ended().exists()
    comes = rule.ended_in == waiver.ended_in and not _is_gone(rule)
    return not (stands or comes) or not Account.objects.in_unit(root).filter(pk=waiver.account_id).exists()


def tell(fact: Fact) -> str:
    """Return a fact in a few words: "Ada Okafor · Press office"."""
    if isinstance(fact, Membership):
        return f"{fact.account.name} · {fact.group}"
    if isinstance(fact, Grant):
        return f"{fact.account.name} · {right_in_words(fact.right)}"
    if isinstance(fact, UnitAccess):
        return f"{fact.account.name} · {fact.unit}"
    if isinstance(fact, Waiver):
        return f"{fact.account.name} · {fact.rule}"
    if isinstance(fact, Rule):
        return f"{fact.role} · {right_in_words(fact.permission_id)}"
    return str(fact)
