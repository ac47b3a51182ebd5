from argparse import ArgumentParser
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.core.management import CommandError

from accounts.commands import account_data, add_date, find_permission, refuse_unstorable, source_data, stamp
from accounts.models import Account, Item
from accounts.named import find_groups, read_levels
from accounts.who.answer import Answer, ask, count
from accounts.who.judge import DIRECT
from accounts.who.listing import Row, Wanted, csv_of, lines_of, narrowed, people_of
from accounts.who.question import Question, about_item, about_level, about_permission, about_role
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.spreadsheet import csv_lines
from roles.models import Role
from roles.vocabulary import LEVEL_NAMES

SUBJECTS = ("permission", "role", "module", "item")


class Command(ServiceCommand):
    help = (
        "Say who may do it in a unit, and through what: a permission, everything in a module up to a level, "
        "or anything with an item; or who has a role. What the filters leave is printed, the numbers are "
        "those of everybody."
    )
    writes = False
    in_unit = True
    formats = ("text", "json", "csv")

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "permission", nargs="?", default="", metavar="PERMISSION",
            help="such as ad_campaigns:update, or a named one such as contacts.view",
        )  # fmt: skip
        parser.add_argument("--role", default="", metavar="NAME", help="who has this role through groups")
        parser.add_argument(
            "--module", default="", metavar="MODULE", help="who may do all of it, with --level"
        )
        parser.add_argument("--level", default="", choices=list(LEVEL_NAMES), help="the level of the module")
        parser.add_argument("--item", default="", metavar="RESOURCE:NAME", help="such as events:Gala")
        parser.add_argument("--through", default="", metavar="GROUP", help="only through this group")
        parser.add_argument("--directly", action="store_true", help="only by rights of their own")
        parser.add_argument("--search", default="", metavar="TEXT", help="in name and e-mail")
        add_date(parser)

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        question = asked(options, unit)
        wanted = wanted_of(options, unit)
        answer = ask(question, options["at"])
        rows = narrowed(people_of(answer, None), wanted)
        self.say(f"“{question.label}” in {unit}: {count(answer.having.values()).sentence()}")
        if options["format"] == "csv":
            return Outcome(text="".join(csv_lines(csv_of(answer, rows))).rstrip())
        data = list(data_of(answer, rows))
        return Outcome(data=data, text=list(text_of(data)))


def asked(options: dict[str, Any], unit: Unit) -> Question:
    """Return what is asked. Raises CommandError, Invalid."""
    given = [name for name in SUBJECTS if options[name]]
    if len(given) != 1:
        raise CommandError("Name one permission, or one of --role, --module and --item.")
    if options["level"] and not options["module"]:
        raise CommandError("--level goes with --module.")
    if options["role"]:
        return about_role(find_role(options["role"], unit), unit)
    if options["module"]:
        [level] = read_levels([f"{options['module']}:{options['level'] or 'read'}"]).values()
        return about_level(options["module"], level, unit)
    if options["item"]:
        return about_item(find_item(options["item"], unit, options["at"]))
    return about_permission(find_permission(options["permission"]), unit)


def find_role(name: str, unit: Unit) -> Role:
    """Return the role that groups of the unit may carry, by its name. Raises Invalid."""
    role = Role.objects.offered_in(unit).filter(name__iexact=refuse_unstorable(name)).first()
    if role is None:
        raise Invalid(f"There is no role {name}.")
    return role


def find_item(text: str, unit: Unit, at: datetime | None = None) -> Item:
    """Return the item of the unit, of those that were there at the moment if there is one. Raises Invalid."""
    resource, _colon, name = refuse_unstorable(text).partition(":")
    there = Item.objects.present() if at is None else Item.objects.standing(at)
    item = there.filter(unit=unit, resource=resource, name=name).first()
    if item is None:
        raise Invalid(f"There is no {resource} item called {name} in {unit}.")
    return item


def wanted_of(options: dict[str, Any], unit: Unit) -> Wanted:
    """Return the filters. Raises Invalid for an unknown group."""
    group = find_groups([options["through"]], unit)[0].pk if options["through"] else None
    text = refuse_unstorable(options["search"])
    return Wanted(text=text, way=DIRECT if options["directly"] else "", group=group)


def data_of(answer: Answer, rows: Collection[Row]) -> Iterator[dict[str, Any]]:
    lines = lines_of(answer, [row.pk for row in rows])
    accounts = Account.objects.in_bulk([row.pk for row in rows])
    for row in rows:
        yield {
            **account_data(accounts[row.pk]),
            "name": row.name,
            "status": row.status,
            "how": row.having.counted,
            "may": list(row.having.keys),
            "until": stamp(row.until),
            "sources": [source_data(line) for line in lines[row.pk]],
        }


def text_of(data: Collection[dict[str, Any]]) -> Iterator[str]:
    for row in data:
        yield f"{row['name']} <{row['email']}>"
        yield from (f"    {source['text']}" for source in row["sources"])
