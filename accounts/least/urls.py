"""The addresses of least privilege."""

from django.urls import path

from accounts.least import replacing, views

urlpatterns = [
    path("least-privilege/", views.LeastPrivilege.as_view(), name="least_privilege"),
    path("least-privilege/<slug:chapter>/export/", views.LeastExport.as_view(), name="least_export"),
    path(
        "least-privilege/roles/<int:pk>/replace/<int:twin>/",
        replacing.RoleReplace.as_view(),
        name="role_replace",
    ),
    path(
        "accounts/<int:pk>/rights/<int:fact>/take/",
        views.GrantTake.as_view(),
        {"kind": "right"},
        name="grant_take",
    ),
]
