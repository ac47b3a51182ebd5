"""The addresses of how one signs in oneself, and of what administrators do about others' second factors."""

from django.urls import path

from accounts.views import factor_rules, limits, own_address, prove, running, security

urlpatterns = [
    path("me/security/", security.MySecurity.as_view(), name="my_security"),
    path("me/security/app/", security.AppAdd.as_view(), name="my_app_add"),
    path("me/security/passkey/", security.PasskeyAdd.as_view(), name="my_passkey_add"),
    path("me/security/codes/", security.MyCodes.as_view(), name="my_codes"),
    path("me/address/", own_address.MyAddress.as_view(), name="my_address"),
    path("me/confirm/", prove.Prove.as_view(), name="prove"),
    path("me/security/sessions/end/", running.OtherSessionsEnd.as_view(), name="my_sessions_end"),
    path("me/security/sessions/<int:pk>/end/", running.SessionEnd.as_view(), name="my_session_end"),
    path("accounts/<int:pk>/sessions/", running.AccountSessionsEnd.as_view(), name="account_sessions_end"),
    path("me/security/<int:pk>/remove/", security.FactorRemove.as_view(), name="my_factor_remove"),
    path("accounts/<int:pk>/second-factor/", factor_rules.FactorsReset.as_view(), name="account_factors"),
    path("sign-in-limits/", limits.SignInLimits.as_view(), name="sign_in_limits"),
    path("sign-in-limits/lift/", limits.SignInLimitLift.as_view(), name="sign_in_limit_lift"),
    path("units/<int:pk>/sessions/end/", limits.AllSessionsEnd.as_view(), name="all_sessions_end"),
    path("units/<int:pk>/second-factor/on/", factor_rules.FactorRuleOn.as_view(), name="factor_rule_on"),
    path("units/<int:pk>/second-factor/off/", factor_rules.FactorRuleOff.as_view(), name="factor_rule_off"),
]
