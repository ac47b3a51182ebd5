from argparse import ArgumentParser
from typing import Any

from accounts.least.report import DAYS, USUAL, Chapter, data_of, report
from adminrights.commands import WOULD_CHANGE, Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "List what nobody would miss in a unit and below: rights that nobody used, groups and roles without "
        "effect, what is given twice, invitations never accepted. Ends with 3 when there is something."
    )
    writes = False
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=int, choices=DAYS, default=USUAL, help="not used for so long")

    def run(self, **options: Any) -> Outcome:
        found = report(self.find_unit(options["unit"]), options["days"])
        for chapter in found.chapters:
            if chapter.later:
                self.say(f"{chapter.kind.title}: {chapter.later}")
        return Outcome(
            data=[data_of(finding, chapter) for chapter in found.chapters for finding in chapter.found],
            text=[line for chapter in found.chapters for line in _text(chapter)],
            exit_code=WOULD_CHANGE if found.count else 0,
            problem=f"{found.count} could go.",
        )


def _text(chapter: Chapter) -> list[str]:
    lines = (f"{each.of}, {each.unit}: {each.what}. {each.why}." for each in chapter.found)
    return [f"{chapter.kind.title}:", *(f"  {line}" for line in lines)] if chapter.found else []
