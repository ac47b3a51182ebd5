from django.urls import path

from groups import member_views, views

app_name = "groups"
urlpatterns = [
    path("", views.GroupList.as_view(), name="group_list"),
    path("add/", views.GroupCreate.as_view(), name="group_create"),
    path("<int:pk>/", views.GroupDetail.as_view(), name="group_detail"),
    path("<int:pk>/edit/", views.GroupEdit.as_view(), name="group_edit"),
    path("<int:pk>/roles/", views.GroupRoles.as_view(), name="group_roles"),
    path("<int:pk>/levels/", views.GroupLevels.as_view(), name="group_levels"),
    path("<int:pk>/delete/", views.GroupDelete.as_view(), name="group_delete"),
    path("<int:pk>/members/search/", member_views.MemberSearch.as_view(), name="member_search"),
    path("<int:pk>/members/add/", member_views.MemberAdd.as_view(), name="member_add"),
    path("<int:pk>/members/add/dated/", member_views.MemberAddDated.as_view(), name="member_add_dated"),
    path("<int:pk>/members/remove/", member_views.MemberRemove.as_view(), name="member_remove"),
]
