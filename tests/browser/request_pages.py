"""The pages of requests and of giving back, for test_accessibility.py."""

from accounts.models import Account
from adminrights.models import Unit
from tests.asking.acts import asked_by

PAGES = {
    "accounts:ask_search": ["/me/ask/", "/me/ask/?q=zzzz"],
    "accounts:ask": ["/me/ask/contacts:export/", "/me/ask/contacts:nothing/"],
    "accounts:give_back": ["/me/give-back/right/{own}/"],
    "accounts:request_list": ["/requests/", "/requests/?q=zzzz"],
    "accounts:request_detail": ["/requests/{request}/"],
    "accounts:request_approve": ["/requests/{request}/approve/?step=key~contacts:export"],
    "accounts:request_decline": ["/requests/{request}/decline/"],
}
WITHOUT_A_PAGE = {"accounts:request_in_unit", "accounts:request_withdraw", "accounts:request_close"}


def asked_of(administrator: Account, person: Account, unit: Unit) -> dict[str, object]:
    """Return what addresses leave open: the unit, a right of the administrator's own, and a request."""
    own = administrator.grants.get()
    return {"unit": unit.pk, "own": own.pk, "request": asked_by(person, unit, "For the autumn campaign").pk}
