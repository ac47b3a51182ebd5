"""Who may open a page. Every view says it; one that doesn't fails the system check (Z1)."""

from enum import Enum
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from adminrights.change import Change, record_refusal
from adminrights.events import Event
from adminrights.exceptions import NeedsProof, NotAllowed
from adminrights.hooks import hooks
from adminrights.metrics import decisions
from adminrights.views.errors import forbidden


class Open(Enum):
    """For whom a page without a permission is open."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"


class AccessMixin(View):
    """A view that names what it needs: a permission in the current unit, or whom it is open to."""

    permission: ClassVar[str] = ""
    open_to: ClassVar[Open | None] = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.open_to is None and not self.needs(self.permission):
            decisions.labels("refused").inc()
            return self.refuse(self.permission)
        if self.open_to is None:
            decisions.labels("opened").inc()
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotAllowed as refusal:
            if isinstance(refusal, NeedsProof) and hooks.ask_proof is not None:
                return hooks.ask_proof(request)
            return forbidden(request, str(refusal), refusal.missing)

    def needs(self, permission: str) -> bool:
        """As `may`, for what is refused without the permission: a yes counts as a use of it."""
        unit = self.request.unit  # type: ignore[attr-defined]
        return unit is not None and self.request.user.has_perm(permission, unit)

    def may(self, permission: str, unit: Any = None) -> bool:
        """Return whether the account may do it, in the unit it works in or in another: for what is only
        shown then.
        """
        reader: Any = self.request.user
        place = unit or self.request.unit  # type: ignore[attr-defined]
        return place is not None and bool(reader.may(permission, place))

    def refuse(self, permission: str) -> HttpResponse:
        """Answer 403, say what is missing, and journal the attempt."""
        refusal = NotAllowed(
            _("This page needs a right that you don't have here: %(what)s.")
            % {"what": hooks.wording(permission)},
            [permission],
        )
        unit = self.request.unit  # type: ignore[attr-defined]
        attempt = Change(Event.ACCESS_REFUSED, self.request.user, unit, reason=self.request.path[:500])
        record_refusal(attempt, refusal)
        return forbidden(
            self.request, _("This page needs a right that you don't have here."), refusal.missing
        )


public = method_decorator(login_not_required, name="dispatch")
