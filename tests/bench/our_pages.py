"""The product's pages, each as the administrator gets it."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import include, path, reverse

from accounts.models import Account
from accounts.views.accounts import AccountList
from adminrights.views.access import AccessMixin, Open
from tests.bench.answers import terms
from tests.bench.paging import ROWS, page, signed_in
from tests.bench.worker import Measures, Number


class GuardedHello(AccessMixin):
    """As little as a page can be, for whoever may."""

    permission = "accounts:list"

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("Hello")


class Hello(GuardedHello):
    """The same for whoever is signed in."""

    open_to = Open.SIGNED_IN


urlpatterns = [
    path("hello/", Hello.as_view()),
    path("hello/guarded/", GuardedHello.as_view()),
    path("", include("adminrights.urls")),
]


def measures(world: Any) -> Measures:
    """Return what is measured here, by name."""
    override_settings(ROOT_URLCONF=__name__).enable()
    AccountList.per_page = ROWS
    client = signed_in(world.boss)
    hello = {"a page": "/hello/", "a page, guarded": "/hello/guarded/"}
    found = {name: page(client, url, times=300) for name, url in hello.items()}
    found |= {name: page(client, url) for name, url in _urls(world).items()}
    somebody = Account.objects.filter(pk__in=world.filled.people[:100], status="active").earliest("pk")
    found["my access"] = page(signed_in(somebody), reverse("accounts:my_access"))
    return found | {"search reads every account": Number(partial(_scans, world))}


def _urls(world: Any) -> dict[str, str]:
    accounts, shape, filled = reverse("accounts:account_list"), world.shape, world.filled
    last = (len(filled.people) - 1) // ROWS + 1
    searches = {f"search, {name}": f"{accounts}?q={term}" for name, term in terms(shape).items()}
    role = filled.roles[-1]
    return {
        "All Accounts, first page": accounts,
        "All Accounts, by status": f"{accounts}?status=active",
        "All Accounts, by group": f"{accounts}?group={filled.groups[0]}",
        "All Accounts, last page": f"{accounts}?page={last}",
        **searches,
        "account page": reverse("accounts:account_detail", args=[filled.people[0]]),
        "account form": reverse("accounts:account_edit", args=[filled.people[0]]),
        "group page": reverse("groups:group_detail", args=[world.group("many")]),
        "role page": reverse("roles:role_detail", args=[role]),
        "unit dashboard": reverse("accounts:unit_list"),
        "role matrix": f"{reverse('accounts:role_matrix')}?level=team_member&q=Kim-1",
    }


def _scans(world: Any) -> tuple[float, str]:
    """Return how many of the searches read the table of accounts from end to end, by their plans."""
    plans = [
        Account.objects.in_unit(world.root).search(term).order_by().explain()
        for term in terms(world.shape).values()
    ]
    table = Account._meta.db_table
    scans = [plan for plan in plans if f"SCAN {table}" in plan or f"Seq Scan on {table}" in plan]
    return len(scans), "; ".join(
        line.strip() for plan in scans[:1] for line in plan.splitlines() if "can" in line
    )
