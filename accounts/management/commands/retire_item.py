from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from accounts.commands import refuse_unstorable
from accounts.models import Item
from accounts.services.items import retire_item
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "Retire a single thing of a resource, such as one event: it leaves every list, and whoever it was "
        "handed to loses it (S4-31). One that is retired already stays as it is."
    )
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("resource", help="the resource's key, such as events")
        parser.add_argument("name", help="what the thing is called")

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        resource, name = (refuse_unstorable(options[key]) for key in ("resource", "name"))
        named = Item.objects.filter(unit=unit, resource=resource, name=name)
        item = named.present().first() or named.order_by("-retired_at").first()
        if item is None:
            raise CommandError(f"There is no {resource} item called {name} in {unit}.")
        done = item.retired_at is None
        people = retire_item(item, actor=self.actor) if done else []
        text = f"{item} is retired." if done else f"{item} was retired before. Nothing to do."
        if people:
            text += f" Taken from {', '.join(account.name for account in people)}."
        data = {"id": item.pk, "resource": resource, "unit": unit.name, "name": item.name}
        return Outcome(data=data | {"taken_from": [account.email for account in people]}, text=text)
