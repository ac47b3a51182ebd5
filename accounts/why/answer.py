"""Whether somebody may do something here, through what, and if not, what stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.explain import PermissionAccess, explain
from accounts.models import Account
from accounts.sources import right_in_words
from accounts.why.case import lets_in, only_own
from accounts.why.drawing import Drawing, draw
from accounts.why.suggestions import Question
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from roles.resolver import Resolution, Source


@dataclass(frozen=True, slots=True)
class Answer:
    """`held` is there where anything gives it; `reasons` where the answer is no."""

    may: bool
    held: PermissionAccess | None
    reasons: tuple[str, ...]
    drawing: Drawing | None


def answer_to(asked: Question, label: str, *, links: bool) -> Answer:
    """Return the answer with every source; what an account that isn't active would hold is shown too."""
    account, unit, key = asked.account, asked.unit, asked.permission
    asleep = account.status != Account.Status.ACTIVE
    reader = None if not isinstance(asked.reader, Account) else asked.reader
    modules = explain(account, unit, as_if_active=True, links=links, reader=reader)
    held = next((p for module in modules for p in module.permissions if p.key == key), None)
    may = held is not None and held.effective and not asleep
    resolution = effective(account, unit, as_if_active=True)
    reasons = () if may else tuple(_reasons(asked, held))
    drawing = draw(account.name, label, _chains(resolution, key, unit), effective=may) if held else None
    return Answer(may, held, reasons, drawing)


def _reasons(asked: Question, held: PermissionAccess | None) -> Iterator[str]:
    account, unit, case = asked.account, asked.unit, asked.case()
    if account.status == Account.Status.PENDING:
        yield _("The account is pending: nothing works before its invitation is followed.")
    elif account.status == Account.Status.DISABLED:
        yield _("The account is disabled: nothing works before it is reactivated.")
    if not lets_in(case):
        yield _("%(name)s may not enter %(unit)s itself.") % {"name": account.name, "unit": unit.name}
    elif held is None:
        yield _("No group and no own right gives it here.")
        if only_own(case):
            yield _("In %s only rights given in that very unit count.") % unit.name
    elif not held.effective:
        yield _("It is held, but without effect.")
        yield held.why_not


def _chains(resolution: Resolution, key: str, unit: Unit) -> list[tuple[tuple[str, str], ...]]:
    """Return each source as the steps between the person and the permission: (kind, name)."""
    sources = resolution.held.get(key, ())
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
    return [("group", group.display_name), ("role", role.display_name)]
