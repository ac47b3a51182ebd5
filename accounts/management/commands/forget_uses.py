from typing import Any

from accounts.uses import forget_old
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "Forget when rights were last used, where that is longer ago than KEEP_USES_DAYS; with 0 all of it. "
        "Run it every night."
    )
    writes = False

    def run(self, **options: Any) -> Outcome:
        number = forget_old()
        return Outcome(data={"forgotten": number}, text=f"{number} forgotten.")
