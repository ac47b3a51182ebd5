"""Whatever bytes a form for many accounts brings, a page answers, and nothing is done by halves (N3, N4)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from groups.models import Group
from tests.accounts.pages import signed_in
from tests.test_bad_input import HOSTILE, NUMBERS, changes, send

RAW = [*HOSTILE.values(), *NUMBERS]
# No text can be meant by these.
NO_ANSWER = {400, 422}
FIELDS = [
    ("add", "pk"), ("add", "all"), ("add", "groups"), ("add", "ends"), ("add", "shown"),
    ("remove", "groups"), ("remove", "shown"), ("end", "groups"), ("end", "access"), ("end", "ends"),
    ("disable", "pk"), ("disable", "shown"), ("reactivate", "all"), ("resend", "shown"),
]  # fmt: skip


@pytest.fixture
def as_ada(ada: Account) -> Client:
    return signed_in(ada)


@pytest.fixture
def team(campaign_team: Group, gwen: Account) -> Group:
    return campaign_team


def agreed(client: Client, path: str, chosen: dict[str, Any]) -> dict[str, Any]:
    """Return what the form carries that would do it, once it was looked at."""
    shown = client.post(path, chosen | {"next": "1"}).context
    return chosen | {"shown": shown.get("shown") or "x", "do": "1"}


# N3
@pytest.mark.parametrize(("step", "field"), FIELDS)
def test_a_step_for_many_is_never_done_with_what_was_not_shown(
    step: str, field: str, as_ada: Client, team: Group, gwen: Account, otto: Account
) -> None:
    path = reverse(f"accounts:bulk_{step}")
    chosen = {"pk": otto.pk if step == "reactivate" else gwen.pk, "groups": team.pk, "ends": "2999-01-01"}
    good, before = agreed(as_ada, path, chosen), changes()

    for raw in RAW:
        answer = send(as_ada, path, good, field, raw)
        assert answer.status_code in NO_ANSWER | {200, 302, 404, 409}, raw

    assert changes() == before


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_reason_of_no_text_disables_nobody(raw: str, as_ada: Client, gwen: Account) -> None:
    path = reverse("accounts:bulk_disable")
    good, before = agreed(as_ada, path, {"pk": gwen.pk}), changes()

    assert send(as_ada, path, good, "reason", raw).status_code in NO_ANSWER
    assert changes() == before


@pytest.mark.parametrize("form", ["", "do=1", "next=1", "pk=0&pk=&pk=%25", "all=&pk=x", "do=1&shown="])
def test_half_a_form_leads_back_to_the_list(form: str, as_ada: Client) -> None:
    for step in ("add", "disable"):
        answer = as_ada.post(
            reverse(f"accounts:bulk_{step}"), form, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 302
        assert answer["Location"] == reverse("accounts:account_list")
