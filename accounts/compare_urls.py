"""The addresses of comparing."""

from django.urls import path

from accounts.views import compare, likeness

urlpatterns = [
    path("compare/", compare.Compare.as_view(), name="compare"),
    path("compare/export/", compare.CompareExport.as_view(), name="compare_export"),
    path("accounts/<int:pk>/like/<int:model>/", likeness.MakeLike.as_view(), name="make_like"),
]
