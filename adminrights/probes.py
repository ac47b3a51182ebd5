"""What watches over the product asks here: is it alive, is it ready, how is it doing.

Answered before anything else looks at the request: without session, cookie, host name, redirect or database
where none is needed; and only to addresses that may ask.
"""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound, JsonResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from adminrights import health, metrics
from adminrights.middleware import client_address

Answer = Callable[[HttpRequest], HttpResponse]


class ProbeMiddleware:
    """Answers /health/live, /health/ready and /metrics."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        if probe is None:
            return self.answer(request)
        if not may_ask(request):
            return HttpResponseNotFound()
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return probe()


def may_ask(request: HttpRequest) -> bool:
    """Return whether the request comes from one of the networks of HEALTH_ALLOWED.

    What a proxy passes on that nobody declared comes from anywhere.
    """
    if "HTTP_X_FORWARDED_FOR" in request.META and not settings.TRUSTED_PROXIES:
        return False
    text = client_address(request)
    if not text:
        # A socket in the file system: whoever may open it is on this machine.
        return True
    try:
        address = ip_address(text)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(network) for network in settings.HEALTH_ALLOWED)


def live() -> HttpResponse:
    """Answer that the process can answer; touches nothing else."""
    return JsonResponse({"status": "live"})


def ready() -> HttpResponse:
    """Answer 200 when requests may come, else 503 with the names of what fails."""
    if failed := health.failed():
        return JsonResponse({"status": "not ready", "failed": failed}, status=503)
    return JsonResponse({"status": "ready"})


def figures() -> HttpResponse:
    """Answer with the figures for Prometheus; 503 without a database."""
    try:
        return HttpResponse(metrics.page(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except Error:
        return HttpResponse(status=503)


PROBES: dict[str, Callable[[], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": figures,
}
