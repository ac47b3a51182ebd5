"""Leaving a page after a change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.encoding import iri_to_uri


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect after a change; a dialog loaded by htmx is left for the whole new page."""
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": iri_to_uri(url)})
    return redirect(url)
