from typing import Any

from accounts.dates.reminders import PERSON, remind_of_ends
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "Promise a mail to everybody whose right ends soon, and to whoever gave it; each once. The mail "
        "worker sends them. How many days before is set by REMIND_DAYS. Run it every night."
    )

    def run(self, **options: Any) -> Outcome:
        promised = remind_of_ends(actor=self.actor)
        people = sum(mail.message == PERSON for mail in promised)
        data = [{"message": mail.message, "to": mail.address} for mail in promised]
        others = len(promised) - people
        text = f"{people} told that a right of theirs ends, {others} told who may prolong one."
        return Outcome(data=data, text=text)
