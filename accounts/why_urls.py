"""The addresses of why and why not."""

from django.urls import path

from accounts.views import why

urlpatterns = [
    path("accounts/<int:pk>/access/", why.AccountAccessSearch.as_view(), name="account_access"),
    path("accounts/<int:pk>/access/<str:key>/", why.AccountWhy.as_view(), name="account_why"),
    path("accounts/<int:pk>/access/<str:key>/allow/", why.AccountAllow.as_view(), name="account_allow"),
    path("me/access/", why.MyAccessSearch.as_view(), name="my_access_search"),
    path("me/access/<str:key>/", why.MyWhy.as_view(), name="my_why"),
]
