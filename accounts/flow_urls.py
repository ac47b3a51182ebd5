"""The addresses by the names that allauth's steps of signing in look for; the pages are ours."""

from django.urls import path

from accounts.views import second_step, session

urlpatterns = [
    path("sign-in/", session.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", second_step.SecondStep.as_view(), name="mfa_authenticate"),
]
