"""The addresses of units, as far as they are about people; the rest is in adminrights/urls.py."""

from django.urls import path

from accounts.views import ownership, units

urlpatterns = [
    path("units/", units.UnitList.as_view(), name="unit_list"),
    path("units/<int:pk>/", units.UnitDetail.as_view(), name="unit_detail"),
    path("units/<int:pk>/add/", units.UnitCreate.as_view(), name="unit_create"),
    path("units/<int:pk>/close/", units.UnitClose.as_view(), name="unit_close"),
    path("units/<int:pk>/limits/", units.UnitLimits.as_view(), name="unit_limits"),
    path("units/<int:pk>/features/<slug:feature>/on/", units.FeatureOn.as_view(), name="feature_on"),
    path("units/<int:pk>/features/<slug:feature>/off/", units.FeatureOff.as_view(), name="feature_off"),
    path("units/<int:pk>/owner/", ownership.OwnerTransfer.as_view(), name="unit_owner"),
    path("units/<int:pk>/owner/search/", ownership.OwnerSearch.as_view(), name="unit_owner_search"),
]
