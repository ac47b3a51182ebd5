"""The addresses of items and of the role matrix."""

from django.urls import path

from accounts.views import items, levels

urlpatterns = [
    path("items/", items.ItemList.as_view(), name="item_list"),
    path("items/add/", items.ItemCreate.as_view(), name="item_create"),
    path("items/<int:pk>/", items.ItemDetail.as_view(), name="item_detail"),
    path("items/<int:pk>/hand-over/", items.ItemHandOver.as_view(), name="item_hand_over"),
    path("items/<int:pk>/take-back/", items.ItemTakeBack.as_view(), name="item_take_back"),
    path("items/<int:pk>/retire/", items.ItemRetire.as_view(), name="item_retire"),
    path("matrix/", levels.RoleMatrix.as_view(), name="role_matrix"),
    path("accounts/<int:pk>/levels/", levels.AccountLevels.as_view(), name="account_levels"),
    path("accounts/<int:pk>/items/add/", items.AccountItemAdd.as_view(), name="account_item_add"),
]
