"""The local mailbox: where mail goes while no provider is set, in the demo and in development only."""

import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it lies in the mailbox."""

    id: str
    at: str
    to: list[str]
    subject: str
    text: str
    html: str

    @property
    def sent_at(self) -> datetime:
        """When it was sent."""
        return datetime.fromisoformat(self.at)


class EmailBackend(BaseEmailBackend):
    """Writes each mail into a file of the mailbox folder."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            at = datetime.now(UTC)
            letter = Letter(
                id=f"{at:%Y%m%d%H%M%S%f}-{uuid.uuid4().hex[:8]}",
                at=at.isoformat(),
                to=list(message.to),
                subject=str(message.subject),
                text=str(message.body),
                html=_html(message),
            )
            _write(folder / f"{letter.id}.json", json.dumps(asdict(letter), ensure_ascii=False))
        return len(email_messages)


class RefusingEmailBackend(BaseEmailBackend):
    """Stands in where production has no provider: refuses, so that the outbox keeps every mail."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ImproperlyConfigured("No mail provider is set. Set MAIL_PROVIDER and its ANYMAIL_ settings.")


def _write(path: Path, text: str) -> None:
    """Put the text there whole, and for the owner alone: its links are as good as a password."""
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    part.replace(path)


def _html(message: EmailMessage) -> str:
    for alternative in getattr(message, "alternatives", []):
        if alternative.mimetype == "text/html":
            return str(alternative.content)
    return ""


def letters(to: str = "") -> list[Letter]:
    """Return the mailbox's letters, newest first, those to one address if one is given."""
    folder = Path(settings.MAILBOX_DIR)
    files = sorted(folder.glob("*.json"), reverse=True) if folder.exists() else []
    found = [Letter(**_read(path)) for path in files]
    return [letter for letter in found if not to or to in letter.to]


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
