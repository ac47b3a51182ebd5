"""The addresses of access rules."""

from django.urls import path

from accounts.views import rules

urlpatterns = [
    path("access-rules/", rules.AccessRuleList.as_view(), name="access_rules"),
    path("access-rules/add/", rules.AccessRuleKinds.as_view(), name="access_rule_add"),
    path("access-rules/add/<slug:kind>/", rules.AccessRuleCreate.as_view(), name="access_rule_create"),
    path("access-rules/<int:pk>/", rules.AccessRulePage.as_view(), name="access_rule"),
    path("access-rules/<int:pk>/edit/", rules.AccessRuleEdit.as_view(), name="access_rule_edit"),
    path("access-rules/<int:pk>/end/", rules.AccessRuleEnd.as_view(), name="access_rule_end"),
    path("access-rules/<int:pk>/except/", rules.WaiverCreate.as_view(), name="waiver_create"),
    path("access-rules/exceptions/<int:pk>/end/", rules.WaiverEnd.as_view(), name="waiver_end"),
]
