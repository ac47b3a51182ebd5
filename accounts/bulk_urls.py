"""The addresses of what is done with many accounts at once."""

from django.urls import path

from accounts.views import bulk

urlpatterns = [
    path("accounts/bulk/add-to-groups/", bulk.IntoGroupsPage.as_view(), name="bulk_add"),
    path("accounts/bulk/remove-from-groups/", bulk.OutOfGroupsPage.as_view(), name="bulk_remove"),
    path("accounts/bulk/end/", bulk.EndThenPage.as_view(), name="bulk_end"),
    path("accounts/bulk/resend/", bulk.ResendPage.as_view(), name="bulk_resend"),
    path("accounts/bulk/disable/", bulk.DisablePage.as_view(), name="bulk_disable"),
    path("accounts/bulk/reactivate/", bulk.ReactivatePage.as_view(), name="bulk_reactivate"),
    path("accounts/bulk/result/", bulk.BulkResult.as_view(), name="bulk_result"),
    path("accounts/bulk/result/export/", bulk.BulkExport.as_view(), name="bulk_export"),
]
