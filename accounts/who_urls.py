"""The addresses of Who can: each list with its file."""

from django.urls import path

from accounts.views import who

urlpatterns = [
    path("permissions/modules/<str:module>/who/", who.ModuleWho.as_view(), name="module_who"),
    path(
        "permissions/modules/<str:module>/who/export/",
        who.ModuleWhoExport.as_view(),
        name="module_who_export",
    ),
    path("permissions/<str:key>/who/", who.PermissionWho.as_view(), name="permission_who"),
    path(
        "permissions/<str:key>/who/export/", who.PermissionWhoExport.as_view(), name="permission_who_export"
    ),
    path("roles/<int:pk>/who/", who.RoleWho.as_view(), name="role_who"),
    path("roles/<int:pk>/who/export/", who.RoleWhoExport.as_view(), name="role_who_export"),
    path("items/<int:pk>/who/", who.ItemWho.as_view(), name="item_who"),
    path("items/<int:pk>/who/export/", who.ItemWhoExport.as_view(), name="item_who_export"),
]
