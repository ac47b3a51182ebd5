"""The addresses of signing in and of the links in mails."""

from django.urls import path

from accounts.views import links, own_address, second_step, session

urlpatterns = [
    path("sign-in/", session.SignIn.as_view(), name="sign_in"),
    path("sign-in/passkey/", second_step.PasskeySignIn.as_view(), name="passkey_sign_in"),
    path("sign-out/", session.SignOut.as_view(), name="sign_out"),
    path("password/reset/", session.PasswordReset.as_view(), name="password_reset"),
    path("password/reset/sent/", session.PasswordResetSent.as_view(), name="password_reset_sent"),
    path("password/set/", links.PasswordSet.as_view(), name="password_set"),
    path("password/<str:token>/", links.PasswordOpen.as_view(), name="password_open"),
    path("address/confirm/", own_address.AddressConfirm.as_view(), name="address_confirm"),
    path("address/<str:token>/", own_address.AddressOpen.as_view(), name="address_open"),
    path("invitation/accept/", links.InvitationAccept.as_view(), name="invitation_accept"),
    path("invitation/<str:token>/", links.InvitationOpen.as_view(), name="invitation_open"),
]
