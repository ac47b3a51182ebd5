"""The addresses of least privilege."""

from django.urls import path

from accounts.least import views

urlpatterns = [
    path("least-privilege/", views.LeastPrivilege.as_view(), name="least_privilege"),
    path("least-privilege/<slug:chapter>/export/", views.LeastExport.as_view(), name="least_export"),
    path(
        "accounts/<int:pk>/rights/<int:fact>/take/",
        views.GrantTake.as_view(),
        {"kind": "right"},
        name="grant_take",
    ),
]
