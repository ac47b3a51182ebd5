"""What every request passes through: its origin, clean text, the unit, no copies of personal pages."""

import logging
import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from time import perf_counter
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse

from adminrights.metrics import requests
from adminrights.origin import originating
from adminrights.units import current_unit, enterable
from adminrights.views.errors import bad_request

log = logging.getLogger("adminrights.requests")
Answer = Callable[[HttpRequest], HttpResponse]
# NUL breaks PostgreSQL only, a lone surrogate breaks both databases: neither is ever meant (N3). Where
# bytes were no text, Django has put U+FFFD: kept, it would stand for what somebody really typed.
UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufffd]")


class OriginMiddleware:
    """Names the channel, the request id and the address for the journal."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        with originating("web", address=client_address(request)) as origin:
            response = self.answer(request)
            response["X-Request-ID"] = origin.request_id
            seconds = perf_counter() - started
            requests.labels(request.method, response.status_code).observe(seconds)
            tell(request, response, seconds)
            return response


def tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Write the request into the log: never its query, which may name people."""
    details = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "seconds": round(seconds, 4),
        "address": client_address(request),
    }
    log.info("%s %s %s", request.method, request.path, response.status_code, extra=details)


def client_address(request: HttpRequest) -> str:
    """Return the address that asks: the peer's, or what the outermost of our own proxies saw.

    Everything left of that in X-Forwarded-For was written by the client and may be anything.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < settings.TRUSTED_PROXIES <= len(seen):
        return peer
    try:
        return str(ip_address(seen[-settings.TRUSTED_PROXIES].strip()))
    except ValueError:
        return peer


class CleanTextMiddleware:
    """Answers 400 to text that no database can store, and to requests that are too large (N3, N4)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            if any(UNSTORABLE.search(text) for text in self._texts(request)):
                return bad_request(request)
        except (RequestDataTooBig, TooManyFieldsSent):
            return bad_request(request)
        return self.answer(request)

    def _texts(self, request: HttpRequest) -> Iterable[str]:
        yield unquote_to_bytes(request.path).decode("utf-8", "surrogateescape")
        # A quoted cookie may hold any character, and the session's is looked up in the database.
        yield from request.COOKIES.values()
        for source in (request.GET, request.POST):
            for name, values in source.lists():
                yield name
                yield from values


class UnitMiddleware:
    """Puts the account's units and the one it works in on the request; keeps decisions for its length."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.unit, request.units = None, []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.user.decisions = {}
            request.units = enterable(request)  # type: ignore[attr-defined]
            request.unit = current_unit(request)  # type: ignore[attr-defined]
        return self.answer(request)


class NoStoreMiddleware:
    """Keeps pages about people out of every cache (W6)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response
