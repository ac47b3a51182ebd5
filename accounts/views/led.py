"""The way from a mail to an account's page, for those who work in several units (S2-34)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Account
from adminrights.units import SESSION_KEY, enterable
from adminrights.views.access import AccessMixin, Open


class AccountInUnit(AccessMixin):
    """Goes on working in the unit and leads to the account's page there; elsewhere there is nothing."""

    open_to = Open.SIGNED_IN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit = next((unit for unit in enterable(request) if unit.pk == kwargs["unit"]), None)
        if unit is None or not request.user.has_perm("accounts:get", unit):
            raise Http404
        account = Account.objects.in_unit(unit).filter(pk=kwargs["pk"]).first()
        if account is None:
            raise Http404
        request.session[SESSION_KEY] = unit.pk
        return redirect(account)
