"""The log: a line is one event, names the request it belongs to, and holds no secret (L5, I1)."""

import logging
import re
import threading
import time
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from adminrights.origin import origin_or_none

# Long enough to be a secret; the addresses of our own pages below these two are words.
SECRET = re.compile(r"/(invitation|password|address)/[^/\s]*[\w-]{20,}[^/\s]*")
# What begins a new line in some reader of logs, moves its cursor, or turns the direction of the text.
UNSEEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def without_secrets(text: str) -> str:
    """Return the text without the secrets of links."""
    return SECRET.sub(r"/\1/…", text)


class NoSecrets(logging.Filter):
    """Takes the secrets of links out of every line, whoever writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        hidden = without_secrets(line)
        if hidden != line:
            record.msg, record.args = hidden, ()
        return True


class WithOrigin(logging.Filter):
    """Says of every line to which request it belongs, and through which door that came."""

    def filter(self, record: logging.LogRecord) -> bool:
        origin = origin_or_none()
        record.request_id = origin.request_id if origin else ""
        record.channel = origin.channel if origin else ""
        return True


class JsonLines(JsonFormatter):
    """One JSON object a line, in ASCII: whatever stands in a field, it stays in it."""

    def __init__(self) -> None:
        names = {"asctime": "time", "levelname": "level", "name": "logger"}
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields=names,
            # The request as an object would tell its address once more.
            reserved_attrs=[*RESERVED_ATTRS, "request", "server_time"],
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        data = {name: value for name, value in log_data.items() if value != ""}
        return {name: _plain(value) for name, value in data.items()}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | None) else without_secrets(str(value))


class TextLines(logging.Formatter):
    """A line for people at a terminal. Only a trace of an error has lines of its own."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return UNSEEN.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return without_secrets(super().formatException(ei))


def configuration(form: str, level: str) -> dict[str, Any]:
    """Return the settings of the log: everything to standard error, as "json" or "text"."""
    if form not in FORMS:
        raise ValueError(f"LOG_FORMAT is {form}. Choose one of: {', '.join(FORMS)}.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMS[form]}},
        "filters": {"no_secrets": {"()": NoSecrets}, "origin": {"()": WithOrigin}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["no_secrets", "origin"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
    }


FORMS: dict[str, type[logging.Formatter]] = {"json": JsonLines, "text": TextLines}


class Seldom:
    """Counts what strangers can cause at will, and says how often it happened in one line a minute."""

    def __init__(self, log: logging.Logger, line: str, seconds: float = 60) -> None:
        self.log, self.line, self.seconds = log, line, seconds
        self.number, self.told_at = 0, -seconds
        self.lock = threading.Lock()

    def count(self, *details: str) -> None:
        """Count one more, and say how many there were unless that was said a moment ago."""
        with self.lock:
            self.number += 1
            if time.monotonic() - self.told_at < self.seconds:
                return
            number, self.number, self.told_at = self.number, 0, time.monotonic()
        self.log.warning(self.line, number, *details)
