"""The addresses of what has dates; `kind` is one of a few words, anything else is not found."""

from django.urls import path, register_converter

from accounts.dates import ending_views, views
from accounts.dates.kinds import KINDS


class KindConverter:
    """One of the kinds of facts about people."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindConverter, "dated")

urlpatterns = [
    path("ending/", ending_views.EndingList.as_view(), name="ending_list"),
    path("ending/export/", ending_views.EndingExport.as_view(), name="ending_export"),
    path("accounts/<int:pk>/dates/<dated:kind>/<int:fact>/", views.DatesSet.as_view(), name="dates"),
    path(
        "accounts/<int:pk>/dates/<dated:kind>/<int:fact>/cancel/",
        views.DatesCancel.as_view(),
        name="dates_cancel",
    ),
]
