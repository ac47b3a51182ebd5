"""Sources in words: where a right comes from, since when, until when, and who gave it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Grant
from adminrights.models import Fact, Unit
from adminrights.past import as_then
from groups.models import Group, GroupRole, Membership
from roles.catalogue import Level, catalogue
from roles.models import Role, Rule
from roles.resolver import Source

BATCH = 900
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of a right, as accounts/partials/source_lines.html draws it.

    `because` says the same to the person itself, as the end of a sentence. `unit` is named where the
    fact belongs to another unit than the one asked about. `since` and `by` are those of the fact that
    completed it, `until` is the first date at which a fact of it runs out.
    """

    kind: str
    text: str
    because: str = ""
    url: str = ""
    unit: str = ""
    since: datetime | None = None
    until: datetime | None = None
    by: str = ""


class SourceBook:
    """The facts and names behind the sources of some accounts, read in a constant number of statements."""

    def __init__(
        self,
        held: Iterable[tuple[int, Source]],
        unit: Unit,
        live: Q,
        *,
        links: bool = True,
        at: datetime | None = None,
    ) -> None:
        pairs = list(held)
        accounts = {account for account, _source in pairs}
        sources = {source for _account, source in pairs}
        self._unit, self._links = unit, links
        grants = {source.grant for source in sources if source.grant}
        groups = {source.group for source in sources if source.group}
        roles = {source.role for source in sources if source.role}
        self._units = _as_then(Unit, {source.unit for source in sources} - {unit.pk}, at)
        self._groups = _as_then(Group, groups, at)
        self._roles = _as_then(Role, roles, at)
        self._grants = {fact.pk: fact for fact in _facts(Grant, "pk", grants, Q())}
        self._members = {
            (fact.account_id, fact.group_id): fact
            for fact in _facts(Membership, "account", accounts, live & Q(group__in=groups))
        }
        self._carried = {
            (fact.group_id, fact.role_id): fact for fact in _facts(GroupRole, "group", groups, live)
        }
        self._rules = {(fact.role_id, fact.permission_id): fact for fact in _facts(Rule, "role", roles, live)}

    def lines(self, account: int, sources: Sequence[Source]) -> tuple[SourceLine, ...]:
        """Return the sources of one right of the account, each way once."""
        found = dict.fromkeys(self._line(account, source) for source in sources)
        return tuple(found)

    def _line(self, account: int, source: Source) -> SourceLine:
        facts = list(self._facts(account, source))
        newest = max(facts, key=lambda fact: fact.starts_at, default=None)
        by = newest.started_by if newest else None
        elsewhere = self._units.get(source.unit)
        return SourceLine(
            kind=source.kind,
            text=self._text(source),
            because=self._because(source, newest),
            url=self._url(source),
            unit=elsewhere.name if elsewhere else "",
            since=newest.starts_at if newest else None,
            until=min((fact.expires_at for fact in facts if fact.expires_at), default=None),
            by=by.name if by else "",
        )

    def _facts(self, account: int, source: Source) -> Iterator[Fact]:
        group, role = source.group or 0, source.role or 0
        chain: tuple[Fact | None, ...] = (
            self._grants.get(source.grant or 0),
            self._members.get((account, group)),
            self._carried.get((group, role)),
            self._rules.get((role, source.right)),
        )
        return (fact for fact in chain if fact is not None)

    def _text(self, source: Source) -> str:
        if source.kind == "owner":
            unit = self._units.get(source.unit, self._unit)
            return _("Owner of %s: everything") % unit.name
        if source.kind == "grant":
            return _("Own right: %s") % right_in_words(source.right)
        group, role = self._groups[source.group or 0], self._roles[source.role or 0]
        if role.module_id:
            words = {"group": group.display_name, "right": right_in_words(source.right)}
            return _("Through the group %(group)s: %(right)s") % words
        words = {"group": group.display_name, "role": role.label}
        return _("Through the group %(group)s, role %(role)s") % words

    def _because(self, source: Source, newest: Fact | None) -> str:
        if source.kind == "owner":
            return _("you are the owner of %s") % self._units.get(source.unit, self._unit).name
        if source.kind == "grant":
            giver = newest.started_by if newest else None
            if giver is None:
                return _("it was given to you directly")
            return _("%s gave it to you directly") % giver.name
        group, role = self._groups[source.group or 0], self._roles[source.role or 0]
        words = {"group": group.display_name, "role": role.label}
        if role.module_id:
            module, level = level_in_words(source.right)
            words |= {"module": module, "level": level}
            return _("you are in the group “%(group)s”, which has %(level)s on %(module)s") % words
        return _("you are in the group “%(group)s”, which carries the role “%(role)s”") % words

    def _url(self, source: Source) -> str:
        """Lead to the page of the group, which is there for groups of the unit and of those below."""
        here = self._units.get(source.unit, self._unit).path.startswith(self._unit.path)
        if not self._links or not here or source.group is None:
            return ""
        return reverse("groups:group_detail", args=[source.group])


def right_in_words(right: str) -> str:
    """Return a right for people: "Customers, Read & Write", or a permission's label."""
    known = catalogue()
    if "@" in right:
        return _("%(module)s, %(level)s") % dict(zip(("module", "level"), level_in_words(right), strict=True))
    if ".*:" in right:
        module, action = right.split(".*:")
        words = {"action": known.actions[action].label, "module": known.modules[module].label}
        return _("%(action)s, on everything in %(module)s") % words
    if right in known.named:
        return known.named[right].label
    return known.permissions[right].label if right in known.permissions else right


def level_in_words(right: str) -> tuple[str, str]:
    """Return the labels of the module and of the level of a right such as "customers@2"."""
    module, level = right.split("@")
    modules = catalogue().modules
    return modules[module].label if module in modules else module, Level(int(level)).label


def _as_then(model: type[M], ids: set[int], at: datetime | None) -> dict[int, M]:
    """Return objects by id, under the names they had at the moment."""
    there = model._default_manager.in_bulk(ids)
    as_then(there.values(), at)
    return there


def _facts(model: type[Fact], name: str, values: set[int], live: Q) -> Iterator[Any]:
    ordered = sorted(values)
    for index in range(0, len(ordered), BATCH):
        batch = ordered[index : index + BATCH]
        yield from model.objects.filter(live, **{f"{name}__in": batch}).select_related("started_by")
