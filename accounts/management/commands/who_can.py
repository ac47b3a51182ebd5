from argparse import ArgumentParser
from typing import Any

from accounts.commands import account_data, add_date, find_permission, source_data
from accounts.explain import who_can
from adminrights.commands import Outcome, ServiceCommand
from roles.catalogue import catalogue


class Command(ServiceCommand):
    help = "Say who may do it in a unit, and through what."
    writes = False
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("permission", metavar="RESOURCE:ACTION", help="such as ad_campaigns:update")
        add_date(parser)

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        key = find_permission(options["permission"])
        found = who_can(key, unit, options["at"], links=False)
        label = catalogue().permissions[key].label
        people = "1 account" if len(found) == 1 else f"{len(found)} accounts"
        self.say(f"“{label}” in {unit}: {people}")
        data, text = [], []
        for account, sources in found:
            told = [source_data(source) for source in sources]
            data.append({**account_data(account), "sources": told})
            text += [str(account), *(f"    {source['text']}" for source in told)]
        return Outcome(data=data, text=text)
