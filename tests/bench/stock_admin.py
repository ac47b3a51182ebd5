"""Django's admin as it comes, and once without the filter by group, which draws every group on the page."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.urls import path

from tests.bench.answers import terms
from tests.bench.paging import ROWS, page, signed_in
from tests.bench.worker import Measures

lean = admin.AdminSite(name="lean")


class LeanAdmin(UserAdmin):
    list_filter = ("is_staff", "is_superuser", "is_active")
    list_per_page = ROWS


lean.register(User, LeanAdmin)
urlpatterns = [path("admin/", admin.site.urls), path("lean/", lean.urls)]


def measures(boss: User, shape: Any, filled: Any) -> Measures:
    """Return the changelist and the form, by the names of our pages."""
    type(admin.site._registry[User]).list_per_page = ROWS
    client = signed_in(boss)
    lists, last = "/lean/auth/user/", len(filled.people) // ROWS + 1
    urls = {
        "All Accounts, first page": lists,
        "All Accounts, first page, with a filter by group": "/admin/auth/user/",
        "All Accounts, by status": f"{lists}?is_active__exact=1",
        "All Accounts, by group": f"/admin/auth/user/?groups__id__exact={filled.groups[0]}",
        "All Accounts, last page": f"{lists}?p={last}",
        **{f"search, {name}": f"{lists}?q={term}" for name, term in terms(shape).items()},
        "account form": f"/admin/auth/user/{filled.people[0]}/change/",
    }
    return {name: page(client, url, times=40) for name, url in urls.items()}
