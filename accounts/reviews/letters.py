"""What whoever is asked to review is told: what, by when, how much; nothing once it is closed."""

from django.utils import formats
from django.utils.translation import gettext as _

from accounts import links
from accounts.mail import Context, Facts, plain
from accounts.models import Account, Review
from accounts.services.reviews import ASKED
from adminrights.models import OutgoingMail


def asked(mail: OutgoingMail) -> Context | None:
    """Word to somebody who is named as a reviewer."""
    review = Review.objects.filter(pk=mail.facts["review"], closed_at=None).select_related("unit").first()
    if review is None or mail.account.status != Account.Status.ACTIVE:
        return None
    return {
        "organisation": plain((review.unit.root or review.unit).name),
        "review": plain(review.name),
        "about": plain(review.about),
        "who": plain(review.opener),
        "due": formats.date_format(review.due, "DATE_FORMAT") if review.due else "",
        "count": review.lines.exclude(account=mail.account).count(),
        "button_url": links.absolute("accounts:review", review.pk),
        "button_label": _("Open the review"),
    }


MESSAGES: dict[str, Facts] = {ASKED: asked}
