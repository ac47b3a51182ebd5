from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from adminrights.views.access import AccessMixin, Open


class Home(AccessMixin):
    """Leads administrators to All Accounts and everybody else to their own access."""

    open_to: ClassVar[Open | None] = Open.SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("accounts:account_list" if self.may("accounts:list") else "accounts:my_access")
