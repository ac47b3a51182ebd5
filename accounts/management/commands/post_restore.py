from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError

from accounts.restored import Difference, differences
from accounts.services.restoring import settle_restored
from adminrights import exports
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exports import AnotherJournal
from adminrights.models import JournalHead


class Command(ServiceCommand):
    help = (
        "Make a restored database safe to use: all sessions end, all links in mails are dead, mails that "
        "wait are parked, and the journal says so. With --journal FILE, a newer export of the journal, it "
        "lists the accounts to which something happened since the backup, and ends with 3 if there are any: "
        "whoever was disabled since then is active again. restore runs it; after any other kind of restore, "
        "run it yourself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--journal", type=Path, metavar="FILE", help="what export_journal wrote last")

    def run(self, **options: Any) -> Outcome:
        found = self.differences(options["journal"])
        settled = settle_restored(actor=self.actor)
        self.say(
            f"The sessions of {settled.accounts} accounts are ended, {settled.invitations} invitations are "
            f"dead, {settled.mails} mails are parked."
        )
        data = {
            "accounts": settled.accounts,
            "invitations": settled.invitations,
            "mails": settled.mails,
            "differences": [each.data() for each in found],
        }
        lines = [each.text() for each in found]
        if not found:
            return Outcome(data=data, text=lines)
        problem = f"{len(found)} accounts differ from the journal. Go through the list and put them right."
        return Outcome(data=data, text=lines, exit_code=3, problem=problem)

    def differences(self, file: Path | None) -> list[Difference]:
        if file is None:
            self.say("Without --journal nobody can tell what happened since the backup.")
            return []
        head = JournalHead.objects.filter(pk=1).first() or JournalHead()
        try:
            if not file.exists():
                raise AnotherJournal(f"{file} is missing.")
            return differences(exports.since(file, head.sequence, head.digest))
        except (AnotherJournal, OSError) as error:
            raise CommandError(str(error)) from error
