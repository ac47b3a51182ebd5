"""A step for many accounts costs the same number of statements, however many they are."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from tests.accounts.pages import signed_in
from tests.factories import AccountFactory
from tests.test_queries import cost

ADDED = {"next": "1", "ends": "2999-01-01"}


@pytest.fixture
def as_ada(ada: Account) -> Client:
    return signed_in(ada)


def carried_out(client: Client, step: str, chosen: dict[str, Any]) -> tuple[int, int]:
    """Return how many statements the look took, and how many the doing."""
    path = reverse(f"accounts:bulk_{step}")
    with CaptureQueriesContext(connection) as look:
        shown = client.post(path, chosen)
    with CaptureQueriesContext(connection) as doing:
        assert client.post(path, chosen | {"shown": shown.context["shown"], "do": "1"}).status_code == 302
    # The message, and whether it can be undone, is for the page after.
    client.get(reverse("accounts:bulk_result"))
    return len(look), len(doing)


# S0-55 S0-46
def test_each_step_costs_the_same_for_many(as_ada: Client, unit: Unit, campaign_team: Group) -> None:
    costs = []
    for number in (3, 3, 12):
        people = [AccountFactory(unit=unit).pk for _number in range(number)]
        chosen = {"pk": people, "groups": [campaign_team.pk]} | ADDED
        steps = ("add", "end", "remove", "disable", "reactivate")
        later = {"end": {"ends": "2999-02-02"}}
        costs.append([carried_out(as_ada, step, chosen | later.get(step, {})) for step in steps])

    # The first warms what is read once only.
    assert costs[2] == costs[1]


def test_the_result_costs_the_same_for_many(as_ada: Client, unit: Unit, campaign_team: Group) -> None:
    costs = []
    for number in (2, 12):
        people = [AccountFactory(unit=unit).pk for _number in range(number)]
        carried_out(as_ada, "add", {"pk": people, "groups": [campaign_team.pk]} | ADDED)
        costs.append(cost(as_ada, reverse("accounts:bulk_result")))

    assert costs[1] == costs[0]
