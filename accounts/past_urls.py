"""Looking back: what was, as of a moment."""

from django.urls import path

from accounts.views import past

urlpatterns = [
    path("accounts/<int:pk>/past/", past.AccountPast.as_view(), name="account_past"),
    path("accounts/<int:pk>/past/<str:key>/", past.AccountTimeline.as_view(), name="account_timeline"),
    path("groups/<int:pk>/past/", past.GroupPast.as_view(), name="group_past"),
    path("roles/<int:pk>/past/", past.RolePast.as_view(), name="role_past"),
    path("permissions/<str:key>/past/", past.PermissionPast.as_view(), name="permission_past"),
]
