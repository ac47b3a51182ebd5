"""What waits for somebody: requests to answer, reviews under way."""

from django.urls import reverse
from django.utils.translation import ngettext

from accounts.asking.reading import may_answer, requests_seen_by
from accounts.guards import ASSIGN
from accounts.models import Account
from accounts.overview.drawing import Mark
from accounts.views.reviews import STATES, reviews_in
from adminrights.models import Unit


def figures(reader: Account, unit: Unit) -> list[Mark]:
    """Return the numbers that the reader's own lists show, of what is his to answer or to see."""
    found = []
    if may_answer(reader, unit):
        waiting = requests_seen_by(reader, unit).open().count()
        found.append(
            Mark(
                ngettext("request waits", "requests wait", waiting), waiting, reverse("accounts:request_list")
            )
        )
    if reader.may(ASSIGN, unit):
        running = reviews_in(unit).filter(STATES["open"]).count()
        listed = reverse("accounts:review_list", query={"state": "open"})
        found.append(Mark(ngettext("review under way", "reviews under way", running), running, listed))
    return found
