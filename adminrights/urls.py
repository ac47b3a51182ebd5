"""The addresses of the product; each app's own are in its `urls.py`."""

from django.urls import include, path

from adminrights.views.collected import CollectedDiscard, CollectedDiscardAll, CollectedPage
from adminrights.views.design import DesignPage
from adminrights.views.home import Home
from adminrights.views.mailbox import LetterPage, Mailbox
from adminrights.views.progress import Progress
from adminrights.views.shortcuts import Shortcuts
from adminrights.views.units import UnitMove, UnitRename, UnitSwitch
from adminrights.views.violations import PolicyReport
from adminrights.views.webhooks import MailWebhook

handler400 = "adminrights.views.errors.bad_request"
handler403 = "adminrights.views.errors.permission_denied"
handler404 = "adminrights.views.errors.not_found"
handler500 = "adminrights.views.errors.server_error"

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("design/", DesignPage.as_view(), name="design"),
    path("mailbox/", Mailbox.as_view(), name="mailbox"),
    path("mailbox/<str:letter>/", LetterPage.as_view(), name="letter"),
    path("webhooks/mail/<slug:provider>/", MailWebhook.as_view(), name="mail_webhook"),
    path("reports/policy/", PolicyReport.as_view(), name="policy_report"),
    path("progress/<str:run>/", Progress.as_view(), name="progress"),
    path("shortcuts/", Shortcuts.as_view(), name="shortcuts"),
    path("collected/", CollectedPage.as_view(), name="collected"),
    path("collected/<int:pk>/discard/", CollectedDiscard.as_view(), name="collected_discard"),
    path("collected/discard/", CollectedDiscardAll.as_view(), name="collected_discard_all"),
    path("units/switch/", UnitSwitch.as_view(), name="unit_switch"),
    path("units/<int:pk>/rename/", UnitRename.as_view(), name="unit_rename"),
    path("units/<int:pk>/move/", UnitMove.as_view(), name="unit_move"),
    path("", include("accounts.urls")),
    path("", include("accounts.flow_urls")),
    path("groups/", include("groups.urls")),
    path("roles/", include("roles.urls")),
]
