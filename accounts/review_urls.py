"""The addresses of access reviews."""

from django.urls import path

from accounts.views import review, reviews

urlpatterns = [
    path("reviews/", reviews.ReviewList.as_view(), name="review_list"),
    path("reviews/add/", reviews.ReviewKinds.as_view(), name="review_add"),
    path("reviews/add/<slug:kind>/", reviews.ReviewCreate.as_view(), name="review_create"),
    path("reviews/<int:pk>/", review.ReviewDetail.as_view(), name="review"),
    path("reviews/<int:pk>/decide/", review.ReviewDecide.as_view(), name="review_decide"),
    path("reviews/<int:pk>/close/", review.ReviewClose.as_view(), name="review_close"),
    path("reviews/<int:pk>/check/", review.ReviewCheck.as_view(), name="review_check"),
    path("reviews/<int:pk>/evidence/", review.ReviewEvidence.as_view(), name="review_evidence"),
    path("reviews/lines/<int:pk>/", review.ReviewLineDecide.as_view(), name="review_line"),
]
