"""A refusal tells nothing of what there is: the same for a thing that exists and for one that doesn't."""

import re
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from adminrights.models import Unit
from tests.accounts.pages import signed_in, text_of
from tests.asking.acts import asked_by, page
from tests.factories import GroupFactory, UnitFactory
from tests.test_permissions import ABOUT_SOMETHING, TABLE, Address, path_of, things_of

VARYING = re.compile(
    rb'(csrf[^>]*value="[^"]*"|csrf-token" content="[^"]*"|/[\w-]+(/[\w:.~-]+)*/|"X-CSRFToken": "[^"]*")'
)
REQUESTS = [address for address in TABLE if address.about == "request"]


def seen(client: Client, path: str) -> tuple[int, bytes, int]:
    """Return the status, the page without what differs by its address, and how many statements it took."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer: Any = client.get(path)
    return answer.status_code, VARYING.sub(b"", answer.content), len(queries)


def test_who_lacks_the_right_is_refused_in_the_same_words(unit: Unit, nemo: Account, ada: Account) -> None:
    there = things_of(unit)
    missing = dict.fromkeys(there, 999_999)
    client = signed_in(nemo)
    client.get("/me/")
    for address in ABOUT_SOMETHING:
        one, other = (seen(client, path_of(address, things)) for things in (there, missing))
        if one[0] != 405:
            assert one[0] == 403, address
        assert one == other, address


@pytest.mark.parametrize("address", REQUESTS, ids=lambda address: address.name)
def test_a_request_of_others_is_one_that_does_not_exist(address: Address, unit: Unit, ada: Account) -> None:
    hidden = things_of(UnitFactory(name="Elsewhere"))
    client = signed_in(ada)
    client.get("/me/")

    one, other = (
        seen(client, path_of(address, things)) for things in (hidden, dict.fromkeys(hidden, 999_999))
    )

    assert one[:2] == other[:2]
    assert one[0] in {404, 405}


def test_a_clock_tells_nothing_either(unit: Unit, nemo: Account, ada: Account) -> None:
    there = things_of(unit)
    address = next(each for each in ABOUT_SOMETHING if each.name == "accounts:account_detail")
    client = signed_in(nemo)
    taken: dict[int, list[float]] = {there["account"]: [], 999_999: []}
    for _round in range(7):
        for pk, times in taken.items():
            start = perf_counter()
            client.get(path_of(address, {"account": pk}))
            times.append(perf_counter() - start)

    one, other = (median(times) for times in taken.values())
    assert max(one, other) < 2 * min(one, other) + 0.05


def test_an_answer_names_nothing_of_another_organisation(unit: Unit, ada: Account, nemo: Account) -> None:
    elsewhere = UnitFactory(name="Secret lab", parent=UnitFactory(name="Elsewhere"))
    group = GroupFactory(unit=elsewhere, display_name="Secret team")
    request, browser = asked_by(nemo, unit), signed_in(ada)

    for step in (f"group~{group.pk}", f"second~{elsewhere.pk}", f"second~{elsewhere.pk + 99}"):
        address = page("approve", request, step=step)
        assert (browser.get(address).status_code, browser.post(address).status_code) == (404, 404)
    here = GroupFactory(unit=unit, display_name="Our team")
    known = browser.get(page("approve", request, step=f"group~{here.pk}"))
    assert known.status_code == 200
    assert "isn't one of the smallest changes" in text_of(known)
