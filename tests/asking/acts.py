"""What tests about requests have in common."""

from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.asking.reading import who_can_give
from accounts.models import AccessRequest, Account
from accounts.services.requests import ask_for_access
from adminrights.change import SYSTEM
from adminrights.models import Unit
from adminrights.services import set_owner
from tests.factories import AccountFactory

EXPORT = "contacts:export"


def asked_by(
    account: Account,
    unit: Unit,
    reason: str = "For the audit",
    *,
    key: str = EXPORT,
    until: datetime | None = None,
) -> AccessRequest:
    """Return the request of the account; where nobody could answer, the organisation gets an owner."""
    root = unit.root or unit
    if not who_can_give(account, unit, key):
        owner = AccountFactory(unit=root, email=f"owner{root.pk}@example.org")
        set_owner(root, owner, actor=SYSTEM)
    return ask_for_access(account, key, unit=unit, reason=reason, until=until)


def page(name: str, request: AccessRequest, **query: Any) -> str:
    """Return the address of a page about the request."""
    return reverse(f"accounts:request_{name}", args=[request.pk], query=query or None)


def approve(client: Client, request: AccessRequest, step: str = f"key~{EXPORT}", until: str = "") -> Any:
    """Look at what approving does, then approve; return the answer."""
    address = page("approve", request, step=step, until=until)
    looked = client.get(address)
    sealed = (looked.context or {}).get("previewed", "")
    return client.post(address, {"previewed": sealed}, follow=True)
