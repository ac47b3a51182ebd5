"""The addresses of accounts, of signing in and of one's own pages."""

from django.urls import path

from accounts.book_urls import urlpatterns as book_urls
from accounts.bulk_urls import urlpatterns as bulk_urls
from accounts.compare_urls import urlpatterns as compare_urls
from accounts.dates.urls import urlpatterns as dates_urls
from accounts.item_urls import urlpatterns as item_urls
from accounts.least.urls import urlpatterns as least_urls
from accounts.maps.urls import urlpatterns as map_urls
from accounts.overview.urls import urlpatterns as overview_urls
from accounts.past_urls import urlpatterns as past_urls
from accounts.request_urls import urlpatterns as request_urls
from accounts.review_urls import urlpatterns as review_urls
from accounts.rule_urls import urlpatterns as rule_urls
from accounts.security_urls import urlpatterns as security_urls
from accounts.session_urls import urlpatterns as session_urls
from accounts.unit_urls import urlpatterns as unit_urls
from accounts.views import (
    accounts,
    adding,
    details,
    editing,
    invitations,
    mail,
    me,
    permissions,
    steps,
    unit_access,
)
from accounts.who_urls import urlpatterns as who_urls
from accounts.why_urls import urlpatterns as why_urls

app_name = "accounts"
urlpatterns = [
    *session_urls,
    *overview_urls,
    *item_urls,
    *book_urls,
    *bulk_urls,
    *unit_urls,
    *why_urls,
    *who_urls,
    *past_urls,
    *compare_urls,
    *dates_urls,
    *rule_urls,
    *review_urls,
    *request_urls,
    *least_urls,
    *map_urls,
    path("accounts/", accounts.AccountList.as_view(), name="account_list"),
    path("accounts/add/", editing.AccountCreate.as_view(), name="account_create"),
    path("accounts/add/address/", adding.AddressCheck.as_view(), name="account_address"),
    path("accounts/add/matrix/", editing.AccountCreateMatrix.as_view(), name="account_create_matrix"),
    path("accounts/<int:pk>/", accounts.AccountDetail.as_view(), name="account_detail"),
    path("accounts/<int:pk>/history/", accounts.AccountHistory.as_view(), name="account_history"),
    path("accounts/<int:pk>/edit/", editing.AccountEdit.as_view(), name="account_edit"),
    path("accounts/<int:pk>/edit/matrix/", editing.AccountEditMatrix.as_view(), name="account_edit_matrix"),
    path("accounts/<int:pk>/details/", details.AccountDetails.as_view(), name="account_details"),
    path("accounts/<int:pk>/units/", unit_access.AccountUnits.as_view(), name="account_units"),
    path(
        "accounts/<int:pk>/permissions/",
        permissions.AccountPermissions.as_view(),
        name="account_permissions",
    ),
    path("accounts/<int:pk>/disable/", steps.AccountDisable.as_view(), name="account_disable"),
    path("accounts/<int:pk>/reactivate/", steps.AccountReactivate.as_view(), name="account_reactivate"),
    path("accounts/<int:pk>/unlock/", steps.AccountUnlock.as_view(), name="account_unlock"),
    path("accounts/<int:pk>/remove/", steps.AccountRemove.as_view(), name="account_remove"),
    path("accounts/<int:pk>/resend/", invitations.InvitationResend.as_view(), name="invitation_resend"),
    path("accounts/<int:pk>/cancel/", invitations.InvitationCancel.as_view(), name="invitation_cancel"),
    path("mail/", mail.MailList.as_view(), name="mail_list"),
    path("mail/again/", mail.MailAgainAll.as_view(), name="mail_again_all"),
    path("mail/<int:pk>/again/", mail.MailAgain.as_view(), name="mail_again"),
    path("me/", me.MyAccess.as_view(), name="my_access"),
    path("me/profile/", me.MyProfile.as_view(), name="my_profile"),
    *security_urls,
    path("me/password/", me.MyPassword.as_view(), name="my_password"),
]
