"""Where browsers report what the content security policy stopped (W1)."""

import json
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from adminrights.logs import Seldom
from adminrights.views.access import AccessMixin, Open

log = logging.getLogger(__name__)
# Anybody can send a report: the log gets a line a minute, whoever sends how many.
reported = Seldom(log, "The content security policy stopped something: %d reports, the last of %s")
LONGEST, SHOWN = 20_000, 60


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class PolicyReport(AccessMixin):
    """Takes a browser's report. Nothing is kept of it but which directive it names."""

    open_to = Open.EVERYONE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > min(LONGEST, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            return HttpResponse(status=413)
        try:
            directive = directive_of(request.body)
        except RawPostDataException:
            # It came as a form, which somebody has read already.
            directive = ""
        if not directive:
            return HttpResponse(status=400)
        reported.count(directive)
        return HttpResponse(status=204)


def directive_of(body: bytes) -> str:
    """Return which directive a report names, in the letters of directives; empty for what is no report."""
    try:
        report: Any = json.loads(body)["csp-report"]
        named = str(report.get("effective-directive") or report["violated-directive"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""
    return "".join(letter for letter in named if letter.isascii() and (letter.isalpha() or letter == "-"))[
        :SHOWN
    ]
