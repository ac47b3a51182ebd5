from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch

from accounts.commands import account_data, refuse_unstorable, stamp
from accounts.models import Account, AccountQuerySet
from accounts.named import find_groups
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from groups.models import Group, GroupRole, Membership
from roles.models import Role

HEADS = ("ID", "STATUS", "NAME", "EMAIL", "GROUPS", "LAST SIGN-IN")


class Command(ServiceCommand):
    help = "List the accounts of a unit (S1-08): all of them, or by status, group, role and search text."
    writes = False
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--status", choices=[*Account.Status.values, "locked"], help="only this status")
        parser.add_argument("--group", default="", metavar="NAME", help="only members of this group")
        parser.add_argument(
            "--role", default="", metavar="NAME", help="only who has this role through a group"
        )
        parser.add_argument(
            "--search", default="", metavar="TEXT", help="every word is in the name or address"
        )

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        found = narrow(Account.objects.in_unit(unit), unit, options)
        memberships = (
            Membership.objects.live().filter(group__in=Group.objects.in_unit(unit)).select_related("group")
        )
        memberships = memberships.order_by("group__display_name")
        accounts = found.prefetch_related(Prefetch("memberships", memberships, to_attr="live_memberships"))
        data = [row_of(account) for account in accounts]
        self.say(f"{len(data)} account{'' if len(data) == 1 else 's'}")
        return Outcome(data=data, text=list(table_of(data)))


def narrow(accounts: AccountQuerySet, unit: Unit, options: dict[str, Any]) -> AccountQuerySet:
    """Return the accounts that the options ask for. Raises Invalid for an unknown group or role."""
    if options["status"] == "locked":
        accounts = accounts.locked()
    elif options["status"]:
        accounts = accounts.filter(status=options["status"])
    if options["group"]:
        members = Membership.objects.live().filter(group__in=find_groups([options["group"]], unit))
        accounts = accounts.filter(pk__in=members.values("account"))
    if options["role"]:
        carrying = GroupRole.objects.live().filter(role=find_role(options["role"], unit)).values("group")
        members = Membership.objects.live().filter(group__in=carrying)
        accounts = accounts.filter(pk__in=members.values("account"))
    return accounts.search(refuse_unstorable(options["search"]))


def find_role(name: str, unit: Unit) -> Role:
    """Return the role that groups of the unit may carry, by its name. Raises Invalid."""
    role = Role.objects.offered_in(unit).filter(name__iexact=refuse_unstorable(name)).first()
    if role is None:
        raise Invalid(f"There is no role {name}.")
    return role


def row_of(account: Any) -> dict[str, Any]:
    groups = [membership.group.name for membership in account.live_memberships]
    return {**account_data(account), "groups": groups, "last_sign_in": stamp(account.last_login)}


def table_of(data: list[dict[str, Any]]) -> Iterable[str]:
    """Return the rows as columns that line up."""
    rows = [HEADS, *(cells_of(row) for row in data)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def cells_of(row: dict[str, Any]) -> tuple[str, ...]:
    status = f"{row['status']}, locked" if row["locked"] else row["status"]
    last = (row["last_sign_in"] or "never")[:10]
    return str(row["id"]), status, row["name"], row["email"], ", ".join(row["groups"]) or "-", last
