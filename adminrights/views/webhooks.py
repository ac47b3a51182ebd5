"""Where the mail provider calls to report what became of a mail."""

import logging
from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from adminrights.deliveries import record_report
from adminrights.logs import Seldom
from adminrights.origin import current_origin, originating
from adminrights.views.access import AccessMixin, Open

log = logging.getLogger(__name__)
# Anybody can call here without a proof: a line a minute says how many did.
refused = Seldom(log, "Reports about mails refused: %d without a valid signature")
# A wrong signature is a SuspiciousOperation; the others are what a reader stumbles over in a made-up call.
NO_PROOF = (
    RawPostDataException, SuspiciousOperation, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class MailWebhook(AccessMixin):
    """Reports of the provider in use, each with its proof; there is no page for any other (M3, M5)."""

    open_to = Open.EVERYONE
    http_method_names = ["post", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.MAIL_WEBHOOK or kwargs["provider"] != settings.MAIL_PROVIDER:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def head(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Some providers look first whether anybody is there."""
        return HttpResponse()

    def post(self, request: HttpRequest, provider: str) -> HttpResponse:
        reader = reader_of(provider)
        reader.setup(request)
        try:
            reader.run_validators(request)
        except NO_PROOF:
            refused.count()
            return HttpResponse(status=400)
        origin = current_origin()
        with originating("webhook", address=origin.address, request_id=origin.request_id):
            outcomes = note_all(provider, reader, request)
        log.info("Reports of %s: %s", provider, dict(outcomes))
        return HttpResponse()


def reader_of(provider: str) -> Any:
    """Return anymail's reader of the provider's reports. Raises Http404 for one that reports nothing."""
    try:
        match = resolve(f"/{provider}/tracking/", urlconf="anymail.urls")
    except Resolver404:
        raise Http404 from None
    return match.func.view_class()  # type: ignore[attr-defined]


def note_all(provider: str, reader: Any, request: HttpRequest) -> Counter[str]:
    """Note every report of a call. One that can't be read stops no other, and isn't asked for again (M5)."""
    outcomes: Counter[str] = Counter()
    try:
        events = reader.parse_events(request)
    except DatabaseError:
        raise
    except Exception:
        log.exception("A signed report of %s can't be read", provider)
        return Counter(unreadable=1)
    for event in events:
        try:
            outcomes[record_report(provider, event)] += 1
        except DatabaseError:
            # The provider comes again, and what was noted counts once.
            raise
        except Exception:
            log.exception("A report of %s can't be noted", provider)
            outcomes["unreadable"] += 1
    return outcomes
