from django.urls import path

from roles import named_views, rule_views, views

app_name = "roles"
urlpatterns = [
    path("", views.RoleList.as_view(), name="role_list"),
    path("add/", views.RoleCreate.as_view(), name="role_create"),
    path("<int:pk>/", views.RoleDetail.as_view(), name="role_detail"),
    path("<int:pk>/edit/", views.RoleEdit.as_view(), name="role_edit"),
    path("<int:pk>/copy/", views.RoleCopy.as_view(), name="role_copy"),
    path("<int:pk>/delete/", views.RoleDelete.as_view(), name="role_delete"),
    path("<int:pk>/permissions/", named_views.RoleNamed.as_view(), name="role_named"),
    path("<int:pk>/rules/add/", rule_views.RuleAdd.as_view(), name="rule_add"),
    path("<int:pk>/rules/<str:target>/", rule_views.RuleEdit.as_view(), name="rule_edit"),
    path("<int:pk>/rules/<str:target>/remove/", rule_views.RuleRemove.as_view(), name="rule_remove"),
]
