"""The addresses of the pictures: who has what, and the access maps."""

from django.urls import path

from accounts.maps import views

urlpatterns = [
    path("who-has-what/", views.HeatPage.as_view(), name="who_has_what"),
    path("who-has-what/export/", views.HeatExport.as_view(), name="who_has_what_export"),
    path("accounts/<int:pk>/map/", views.AccountMap.as_view(), name="account_map"),
    path("roles/<int:pk>/map/", views.RoleMap.as_view(), name="role_map"),
    path("me/map/", views.MyMap.as_view(), name="my_map"),
]
