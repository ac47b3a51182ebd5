"""How far one's own long step has come."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from adminrights.progress import read
from adminrights.views.access import AccessMixin, Open


class Progress(AccessMixin):
    """Tells the page that waits; to everybody else there is no such run."""

    open_to = Open.SIGNED_IN

    def get(self, request: HttpRequest, run: str) -> HttpResponse:
        found = read(run, request.user.pk or 0)
        if found is None:
            raise Http404
        done, whole = found
        return JsonResponse({"done": done, "whole": whole})
