from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from accounts.commands import (
    AccountCommand,
    account_data,
    add_date,
    find_account,
    find_permission,
    source_data,
)
from accounts.explain import ModuleAccess, PermissionAccess, explain
from accounts.models import Account
from accounts.policy import past_policy, policy_now
from accounts.who.question import keys_of
from accounts.why.suggestions import Suggestion, ask, suggestions
from accounts.why.wording import Names, side_effects, words_of
from adminrights.change import SYSTEM
from adminrights.commands import Outcome
from adminrights.models import Unit
from roles.wording import permission_label


class Command(AccountCommand):
    help = (
        "Say what an account may do and why: every right with its sources, and what is held without effect. "
        "With --permission it answers one question: exit code 0 yes, 1 no, and then also says what would "
        "allow it and what else that would bring."
    )
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--permission",
            default="",
            metavar="KEY",
            help="only this one; named ones too: contacts.export",
        )
        add_date(parser)

    def run(self, **options: Any) -> Outcome:
        account = find_account(options["email"])
        unit = self.find_unit(options["unit"])
        asked = find_permission(options["permission"]) if options["permission"] else ""
        sleeping = account.status != Account.Status.ACTIVE and options["at"] is None
        found = list(held(explain(account, unit, options["at"], as_if_active=sleeping, links=False)))
        keys = wanted(asked, unit, options["at"]) if asked else ()
        if asked:
            found = [permission for permission in found if permission.key in keys]
        working = {permission.key for permission in found if permission.effective}
        works = not sleeping and working.issuperset(keys)
        told = [data_of(each) for each in found]
        data = {**account_data(account), "unit": unit.name, "works": not sleeping, "permissions": told}
        text = [*(lines_of(found) if found else [nothing(asked)]), *missing(keys, found)]
        if asked and options["at"] is None:
            why_not = [] if works else told_why_not(account, unit, asked)
            data["allowed_by"] = why_not
            text += suggested(why_not)
        remark = ". Nothing of this works before it is active" if sleeping else ""
        refusal = f"The answer is no: {account.name} may not do this now."
        self.say(f"{account}, {account.get_status_display().lower()}, in {unit}{remark}:")
        return Outcome(data=data, text=text, exit_code=1 if asked and not works else 0, problem=refusal)


def held(modules: Iterable[ModuleAccess]) -> Iterator[PermissionAccess]:
    for module in modules:
        yield from module.permissions


def data_of(permission: PermissionAccess) -> dict[str, Any]:
    return {
        "permission": permission.key,
        "label": permission.label,
        "effective": permission.effective,
        "why_not": permission.why_not,
        "remedy": permission.remedy,
        "sources": [source_data(source) for source in permission.sources],
    }


def lines_of(permissions: Iterable[PermissionAccess]) -> Iterator[str]:
    for permission in permissions:
        mark = "" if permission.effective else " (held, not effective)"
        yield f"{permission.key}  {permission.label}{mark}"
        if not permission.effective:
            yield f"    {permission.why_not} {permission.remedy}"
        yield from (f"    {source_data(source)['text']}" for source in permission.sources)


def nothing(asked: str) -> str:
    if not asked:
        return "Nothing: no right is held here."
    return f"Nothing gives “{permission_label(asked)}”."


def wanted(asked: str, unit: Unit, at: datetime | None) -> tuple[str, ...]:
    """Return the single permissions that have to be in effect."""
    return keys_of(asked, unit, policy_now() if at is None else past_policy(at))


def missing(keys: Iterable[str], found: Sequence[PermissionAccess]) -> Iterator[str]:
    """Say what of a named permission nothing gives, where something gives a part of it."""
    there = {permission.key for permission in found}
    if there:
        yield from (f"{key}  {permission_label(key)} (not held)" for key in keys if key not in there)


def told_why_not(account: Account, unit: Unit, key: str) -> list[dict[str, Any]]:
    """Return what would allow it, each change with everything else that it brings."""
    found = suggestions(ask(account, unit, key, SYSTEM))
    names = Names(unit, found.groups, found.units)
    return [
        {
            "steps": [step.token for step in each.steps],
            "text": words_of(each.steps, names),
            "brings": sorted(each.brought.others),
            "takes": sorted(each.brought.lost),
            "other_units": each.brought.units,
            "other_people": each.brought.people,
            "sentence": sentence_of(each),
        }
        for each in found.found
    ]


def sentence_of(found: Suggestion) -> str:
    effects = side_effects(found.brought)
    return " ".join(part for part in (effects.sentence, effects.lost, effects.beyond) if part)


def suggested(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return []
    told = [line for each in found for line in (f"  - {each['text']}", f"      {each['sentence']}")]
    return ["Each of these would allow it:", *told]
