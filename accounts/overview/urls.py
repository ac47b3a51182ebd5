"""The address of the overview."""

from django.urls import path

from accounts.overview import views

urlpatterns = [path("overview/", views.Overview.as_view(), name="overview")]
