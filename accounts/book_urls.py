"""The addresses of what is only read: Find, the catalogue, the access log, and the way in from a mail."""

from django.urls import path

from accounts.views import catalogue, find, led, log, taking_back

urlpatterns = [
    path("find/", find.Find.as_view(), name="find"),
    path("permissions/", catalogue.PermissionBook.as_view(), name="permission_book"),
    path("permissions/<str:key>/", catalogue.PermissionPage.as_view(), name="permission_page"),
    path("log/", log.LogList.as_view(), name="log_list"),
    path("log/export/", log.LogExport.as_view(), name="log_export"),
    path("log/<int:pk>/", taking_back.LogEntry.as_view(), name="log_entry"),
    path("log/<int:pk>/take-back/", taking_back.EntryTakeBack.as_view(), name="log_entry_take_back"),
    path("units/<int:unit>/accounts/<int:pk>/", led.AccountInUnit.as_view(), name="account_in_unit"),
]
