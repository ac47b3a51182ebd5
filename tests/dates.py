"""What tests of dates share: a Monday in March 2026, and the page on which dates are set."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.dates.kinds import Dated, kind_of
from accounts.models import Account
from adminrights.change import SYSTEM
from adminrights.days import Span
from groups.models import Group
from groups.services import add_members
from tests.factories import GroupFactory

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)
LAST = datetime.combine(FRIDAY, time.max, UTC)
CREATE = "ad_campaigns:create"


def as_(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page(fact: Dated, name: str = "dates") -> str:
    return reverse(f"accounts:{name}", args=[fact.account_id, kind_of(fact).key, fact.pk])


def sent(client: Client, fact: Dated, **data: str) -> Any:
    """Open the form and send it as the page would."""
    opened = client.get(page(fact)).context["opened"]
    return client.post(page(fact), {"opened": opened, **data}, follow=True)


def now_of(fact: Dated) -> Dated:
    found: Dated = kind_of(fact).model.objects.live().get(account=fact.account_id)
    return found


def plan(account: Account, group: Group) -> int:
    """Put the account into a group like this one, from tomorrow on and for a week; return the number."""
    later = timezone.now() + timedelta(days=1)
    twin = GroupFactory(unit=group.unit, display_name="Spring campaign")
    span = Span(later, later + timedelta(days=7))
    number: int = add_members(twin, [account], actor=SYSTEM, span=span)[0].pk
    return number
