"""What a message tells of can be taken back from where it stands: each knows the change that was made.

A message is shown by the page after; until then it carries the change's id, which opens nothing by itself.
Whether its reader can take it back is asked when it is shown (hooks.undo).
"""

from typing import Any
from uuid import UUID

from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.fallback import FallbackStorage

from adminrights.origin import current_origin

TAG = "change-"


class Messages(FallbackStorage):
    """Django's own messages; one of success bears the change that was made before it."""

    def add(self, level: int, message: str, extra_tags: str | None = "") -> None:
        change = the_change() if level == SUCCESS and not extra_tags else None
        super().add(level, message, f"{TAG}{change.hex}" if change else extra_tags)


def the_change() -> UUID | None:
    """Return the id of the one change that the request has made; None where it made none, or several.

    To take back the last of several would leave half of what the page did.
    """
    changes = current_origin().progress.changes
    return changes[0] if len(changes) == 1 else None


def tell_again(change: UUID | None) -> None:
    """Let the answer to a form that was carried out before tell of the change of that time."""
    if change is not None:
        current_origin().progress.changes[:] = [change]


def change_told_by(message: Message) -> UUID | None:
    """Return the change that a message bears."""
    tags: Any = message.extra_tags or ""
    return UUID(hex=tags.removeprefix(TAG)) if tags.startswith(TAG) else None
