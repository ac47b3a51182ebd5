"""The addresses of asking for access, of the answers, and of giving back."""

from django.urls import path

from accounts.views import asking, requests

urlpatterns = [
    path("me/ask/", asking.AskSearch.as_view(), name="ask_search"),
    path("me/ask/<str:key>/", asking.AskAccess.as_view(), name="ask"),
    path("me/requests/<int:pk>/withdraw/", asking.RequestWithdraw.as_view(), name="request_withdraw"),
    path("me/give-back/<dated:kind>/<int:fact>/", asking.GiveBack.as_view(), name="give_back"),
    path("requests/", requests.RequestList.as_view(), name="request_list"),
    path("requests/<int:pk>/", requests.RequestDetail.as_view(), name="request_detail"),
    path("requests/<int:pk>/in/<int:unit>/", requests.RequestInUnit.as_view(), name="request_in_unit"),
    path("requests/<int:pk>/approve/", requests.RequestApprove.as_view(), name="request_approve"),
    path("requests/<int:pk>/decline/", requests.RequestDecline.as_view(), name="request_decline"),
    path("requests/<int:pk>/close/", requests.RequestClose.as_view(), name="request_close"),
]
