"""A mail provider on this machine that speaks Mailgun's API and sends its signed reports.

It takes, refuses, fails, dawdles or hangs up as it is told, and remembers what it took.
"""

import hashlib
import hmac
import json
import secrets
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import requests

API_KEY = "key-only-for-tests"
SIGNING_KEY = "signing-key-only-for-tests"
DOMAIN = "rights.example.org"
# What it may answer, by the name of a trouble.
ANSWERS = {
    "error": (500, {}, {"message": "Internal error"}),
    "too many": (429, {"Retry-After": "120"}, {"message": "Too many requests"}),
    "refusal": (400, {}, {"message": "'to' parameter is not a valid address"}),
    "wrong key": (401, {}, {"message": "Forbidden"}),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the provider took."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


@dataclass
class Provider:
    """The provider: `trouble` is what it does to the next mails; empty, it takes them."""

    url: str = ""
    trouble: str = ""
    taken: list[Taken] = field(default_factory=list)
    calls: int = 0
    # Set while a slow answer is waited for.
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the product needs to send its mail here."""
        return {
            "MAIL_PROVIDER": "mailgun",
            "MAIL_FROM": f"Rights <rights@{DOMAIN}>",
            "ANYMAIL_MAILGUN_API_KEY": API_KEY,
            "ANYMAIL_MAILGUN_API_URL": f"{self.url}/v3",
            "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
        }

    def keys(self) -> list[str]:
        return [mail.key for mail in self.taken]

    def take(self, form: dict[str, str]) -> dict[str, str]:
        headers = {name[2:].lower(): value for name, value in form.items() if name.startswith("h:")}
        mail = Taken(
            key=form.get("v:mail", ""),
            to=form.get("to", ""),
            subject=form.get("subject", ""),
            text=form.get("text", ""),
            html=form.get("html", ""),
            headers=headers,
        )
        with self.lock:
            self.taken.append(mail)
        return {"id": headers.get("message-id", "<none>"), "message": "Queued. Thank you."}


class Handler(BaseHTTPRequestHandler):
    """POST /v3/<domain>/messages, with the API's own shapes."""

    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.provider.calls += 1
        trouble = self.provider.trouble
        if self.path != f"/v3/{DOMAIN}/messages":
            self.answer(404, {}, {"message": "Domain not found"})
        elif trouble == "cut":
            self.hang_up()
        elif trouble == "slow":
            self.provider.reached.set()
            self.provider.go_on.wait(30)
            self.hang_up()
        elif trouble == "taken, then cut":
            self.provider.take(form_of(self.headers, body))
            self.hang_up()
        elif trouble:
            self.answer(*ANSWERS[trouble])
        else:
            self.answer(200, {}, self.provider.take(form_of(self.headers, body)))

    def answer(self, status: int, headers: dict[str, str], data: dict[str, str]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        """Reset the connection without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def form_of(headers: Any, body: bytes) -> dict[str, str]:
    """Return the fields of a form, in either of the two encodings."""
    kind = headers.get("Content-Type", "")
    if not kind.startswith("multipart/"):
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()
        for part in message.iter_parts()
    }


@contextmanager
def running() -> Iterator[Provider]:
    """Start the provider on a free port."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"provider": provider}))
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        provider.go_on.set()
        server.shutdown()
        server.server_close()


def report(event: str, key: str, to: str, *, at: float | None = None, **details: Any) -> dict[str, Any]:
    """Return a signed report as Mailgun posts it: `event` is delivered, failed, complained or rejected."""
    moment = time.time() if at is None else at
    data = {
        "event": event,
        "timestamp": moment,
        "id": secrets.token_urlsafe(16),
        "recipient": to,
        "user-variables": {"mail": key},
        "message": {"headers": {"to": to, "message-id": f"{key}@{DOMAIN}"}},
        **details,
    }
    return {"signature": signature(), "event-data": data}


def signature(key: str = SIGNING_KEY) -> dict[str, str]:
    stamp, token = str(int(time.time())), secrets.token_hex(25)
    digest = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": digest}


def bounce(key: str, to: str, **details: Any) -> dict[str, Any]:
    """Return the report of a mail that came back for good."""
    status = {"code": 550, "message": "5.1.1 No such mailbox", "description": ""}
    given = {"severity": "permanent", "reason": "bounce", "delivery-status": status}
    return report("failed", key, to, **given | details)


def post(site: str, data: dict[str, Any]) -> int:
    """Send a report to a running product and return the status of its answer."""
    return requests.post(f"{site}/webhooks/mail/mailgun/", json=data, timeout=30).status_code
