from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from accounts.commands import stamp
from accounts.declared.roots import find_organisation
from accounts.rules.present import Verdict, Violation, rules_in, verdicts
from adminrights.commands import WOULD_CHANGE, Outcome, ServiceCommand
from adminrights.models import Unit


class Command(ServiceCommand):
    help = (
        "Say which access rules hold and which are broken, for whom and by which ways. Time alone breaks a "
        "rule when an exception runs out or something planned begins. Exit code: 0 all hold, 3 one is broken."
    )
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", default="", metavar="NAME", help="only this one")

    def run(self, **options: Any) -> Outcome:
        name = options["organisation"]
        roots = [find_organisation(name)] if name else list(Unit.objects.open().roots())
        rules = [rule for root in roots for rule in rules_in(root)]
        found = verdicts(rules, ways=True)
        broken = [verdict for verdict in found if not verdict.holds]
        text = [line for verdict in found for line in lines_of(verdict)] or ["There are no rules."]
        problem = "1 rule is broken." if len(broken) == 1 else f"{len(broken)} rules are broken."
        code = WOULD_CHANGE if broken else 0
        return Outcome(data=[data_of(each) for each in found], text=text, exit_code=code, problem=problem)


def lines_of(verdict: Verdict) -> Iterator[str]:
    state = "holds" if verdict.holds else "BROKEN"
    able = f" ({verdict.summary})" if verdict.able is not None else ""
    yield f"{state}: {verdict.rule}, in {verdict.rule.unit}{able}"
    for violation in verdict.broken:
        yield f"    {violation.account}: {'; '.join(ways_of(violation))}"
    for violation in verdict.let_off:
        waiver = violation.waiver
        yield f"    let off until {stamp(waiver.expires_at) if waiver else ''}: {violation.account}"


def ways_of(violation: Violation) -> list[str]:
    return [f"{way.label}: {line.text}" for way in violation.ways for line in way.lines]


def data_of(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": str(verdict.rule),
        "unit": verdict.rule.unit.name,
        "holds": verdict.holds,
        "able": verdict.able,
        "broken": [
            {"email": violation.account.email, "ways": ways_of(violation)} for violation in verdict.broken
        ],
        "let_off": [
            {"email": v.account.email, "until": stamp(v.waiver.expires_at), "reason": v.waiver.reason}
            for v in verdict.let_off
            if v.waiver is not None
        ],
    }
