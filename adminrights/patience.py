"""What a worker remembers of its provider, so that after an outage nobody sits out the end of a long wait.

Each mail waits longer after each failure, up to a quarter of an hour. While nothing else is tried, one of
them asks every few minutes whether the provider is back; once a mail leaves again, all are called.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from adminrights.outbox import try_now

ASK_EVERY_SECONDS = 120


class Patience:
    """One worker's view of the provider."""

    def __init__(self) -> None:
        self.tried_at = self.called_at = timezone.now()
        self.in_trouble = False

    def hear(self, outcome: str) -> None:
        """Learn how a mail ended, and call the others when the provider is back."""
        self.tried_at = timezone.now()
        if outcome == "later":
            self.in_trouble = True
        elif outcome == "sent" and self.in_trouble and self._is_time(self.called_at):
            # A mail with a trouble of its own would be called by each of the others: hence not so often.
            self.called_at, self.in_trouble = self.tried_at, False
            try_now()

    def ask(self) -> None:
        """Let one mail be tried before its time, if none was for a while."""
        if self._is_time(self.tried_at):
            self.tried_at = timezone.now()
            self.in_trouble = bool(try_now(1)) or self.in_trouble

    def _is_time(self, since: datetime) -> bool:
        return timezone.now() >= since + timedelta(seconds=ASK_EVERY_SECONDS)
