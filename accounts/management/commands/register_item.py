from argparse import ArgumentParser
from typing import Any

from accounts.commands import find_account, refuse_unstorable
from accounts.services.items import hand_over, register_item
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "Make a single thing of a resource known, such as one event, and hand it to people (S4-31). "
        "One that is known already stays as it is."
    )
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("resource", help="the resource's key, such as events")
        parser.add_argument("name", help="what the thing is called")
        parser.add_argument(
            "--to", action="append", default=[], metavar="EMAIL", help="hand it to this account; repeatable"
        )

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        resource, name = (refuse_unstorable(options[key]) for key in ("resource", "name"))
        item = register_item(resource, unit, name, actor=self.actor)
        people = [find_account(email) for email in options["to"]]
        for account in people:
            hand_over(item, account, actor=self.actor)
        data = {"id": item.pk, "resource": item.resource_id, "unit": unit.name, "name": item.name}
        handed = ", ".join(account.name for account in people)
        text = f"{item} is handed to {handed}." if handed else f"{item} is there."
        return Outcome(data=data | {"to": [account.email for account in people]}, text=text)
