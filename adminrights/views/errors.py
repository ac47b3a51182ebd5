"""Pages that say no, in words that help."""

import sys
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from adminrights.faults import fault_in, kept
from adminrights.hooks import hooks
from adminrights.origin import current_origin

SECONDS_TO_WAIT = 10
# Whoever holds it can give anything: a refusal names the right, not the people.
GIVING = "access:delegate"


def forbidden(request: HttpRequest, sentence: str, missing: Sequence[str] = ()) -> HttpResponse:
    """Return the 403 page: what was refused, which permissions are missing, each in words and once."""
    words = {key: hooks.wording(key) for key in missing}
    context = {
        "sentence": sentence,
        "missing": [label for label in words.values() if label not in sentence],
        "giving": hooks.wording(GIVING) if missing else "",
        "asks": [{"key": key, "label": words[key]} for key in missing if _can_ask(request, key)],
    }
    return render(request, "403.html", context, status=403)


def _can_ask(request: HttpRequest, key: str) -> bool:
    """Return whether one may ask for the permission: it is missing in the very unit in which one works."""
    unit, account = getattr(request, "unit", None), getattr(request, "user", None)
    ask = getattr(account, "may", None)
    return unit is not None and ask is not None and not ask(key, unit)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 403 page for a refusal raised by Django itself."""
    return forbidden(request, str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 404 page; the same for what doesn't exist and for what one may not know of (Z4)."""
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 400 page for input that no form could have sent."""
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that was sent without its token: open it again and repeat."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for a mistake of ours; when the database is at fault, 503 and what was saved.

    Drawn without the request: nothing here may ask the database for who is signed in.
    """
    origin = current_origin()
    if not fault_in(sys.exc_info()[1]):
        return HttpResponse(render_to_string("500.html", {"request_id": origin.request_id}), status=500)
    context = {"request_id": origin.request_id, "kept": kept(origin.progress).value}
    response = HttpResponse(render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(SECONDS_TO_WAIT)
    return response
