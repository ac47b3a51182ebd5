"""What pages show of a moment of the past, or of one to come: who was in what, who might do what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.explain import told_holders
from accounts.models import Account, StatusPeriod, UnitAccess
from accounts.sources import SourceLine, right_in_words
from accounts.who.answer import ask
from accounts.who.question import about_permission
from adminrights.hooks import hooks
from adminrights.models import Fact, Unit
from adminrights.past import as_then
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule


@dataclass(frozen=True, slots=True)
class Line:
    """Something that held at the moment: its name of then, the fact behind it, or the sources of a right."""

    text: str
    fact: Fact | None = None
    url: str = ""
    sources: tuple[SourceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """The lines of one kind; `empty` says so where there are none."""

    key: str
    label: str
    lines: tuple[Line, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Since:
    """What is different today: rights, or people, in words."""

    gained: str = ""
    lost: str = ""


def status_at(account: Account, at: datetime) -> str:
    """Return the status that the account had; empty before it was there."""
    period = StatusPeriod.objects.live(at).filter(account=account).first()
    return period.status if period else ""


def of_account(account: Account, unit: Unit, at: datetime, *, several: bool) -> list[Shelf]:
    """Return the groups that the account was in, and the units it might enter, as seen from the unit."""
    members = Membership.objects.live(at).filter(account=account, group__unit__path__startswith=unit.path)
    groups = _shelf("groups", _("Groups"), _facts(members, "group", at), _("In no group then."))
    if not several:
        return [groups]
    entered = UnitAccess.objects.live(at).filter(account=account, unit__path__startswith=unit.path)
    units = _shelf("units", _("Units"), _facts(entered, "unit", at), _("No access to a unit here then."))
    return [units, groups]


def of_group(group: Group, at: datetime) -> list[Shelf]:
    """Return who was in the group, and the roles and levels that it carried."""
    members = group.memberships.live(at).select_related("account")
    carried = group.role_facts.live(at)
    return [
        _shelf("members", _("Members"), _facts(members, "account", at), _("Nobody was in it then.")),
        _shelf("roles", _("Roles"), _facts(carried, "role", at), _("It carried no role then.")),
    ]


def of_role(role: Role, unit: Unit, at: datetime) -> list[Shelf]:
    """Return what the role allowed, and which groups carried it, as seen from the unit."""
    rules = Rule.objects.live(at).filter(role=role).select_related("started_by", "permission")
    allowed = [
        Line(right_in_words(rule.permission_id), rule) for rule in rules.order_by("permission__position")
    ]
    carried = GroupRole.objects.live(at).filter(role=role, group__unit__path__startswith=unit.path)
    return [
        _shelf("rules", _("What it allowed"), allowed, _("Nothing then.")),
        _shelf("groups", _("Groups"), _facts(carried, "group", at), _("No group carried it then.")),
    ]


def of_permission(key: str, unit: Unit, at: datetime, *, links: bool) -> list[Shelf]:
    """Return who might do it in the unit, each with all sources; others than the unit's are only counted.

    Of a named permission: who might do all of it. Raises UnknownPermission.
    """
    here = set(Account.objects.in_unit(unit, at).values_list("pk", flat=True))
    answer = ask(about_permission(key, unit), at)
    found = told_holders({pk: answer.sources(pk) for pk in answer.having}, unit, at, links=links)
    lines = [Line(person.name, sources=sources) for person, sources in found if person.pk in here]
    shelf = _shelf("people", _("Who could do it"), lines, _("Nobody then."))
    more = len(found) - len(lines)
    return [shelf, Shelf("above", _("From above this unit"), (Line(str(more)),), "")] if more else [shelf]


def _facts(facts: Iterable[Fact], name: str, at: datetime) -> list[Line]:
    """Return the facts by what they lead to, under its name of then."""
    there = list(facts.select_related(name, "started_by"))  # type: ignore[attr-defined]
    as_then([getattr(fact, name) for fact in there], at)
    lines = [Line(_name(getattr(fact, name)), fact, _page(getattr(fact, name))) for fact in there]
    return sorted(lines, key=lambda line: line.text.casefold())


def _name(thing: object) -> str:
    return thing.name if isinstance(thing, Account) else str(thing)


def _page(thing: object) -> str:
    """Return the look back at it, which is there even when it was deleted since."""
    if isinstance(thing, Group | Role | Account):
        return reverse(f"accounts:{thing._meta.model_name}_past", args=[thing.pk])
    return ""


def _shelf(key: str, label: str, lines: Iterable[Line], empty: str) -> Shelf:
    return Shelf(key, label, tuple(lines), empty)


def rights_since(account: Account, unit: Unit, at: datetime) -> Since:
    """Return what the account may do today and could not then, and the other way round."""
    was, is_now = effective(account, unit, at).effective, effective(account, unit).effective
    return Since(hooks.summary(is_now.keys() - was.keys()), hooks.summary(was.keys() - is_now.keys()))


def people_since(key: str, unit: Unit, at: datetime) -> Since:
    """Return who may do it today and could not then, and the other way round, of those in the unit now."""
    question = about_permission(key, unit)
    was, is_now = (set(ask(question, moment).having) for moment in (at, timezone.now()))
    here = Account.objects.in_unit(unit).in_bulk(was ^ is_now)
    return Since(
        ", ".join(sorted(here[pk].name for pk in is_now - was if pk in here)),
        ", ".join(sorted(here[pk].name for pk in was - is_now if pk in here)),
    )
