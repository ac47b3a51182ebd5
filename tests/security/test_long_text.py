"""Letters that grow when they are normalised fit in or are refused, on every database (N1–N3)."""

import pytest

from accounts.models import Account
from accounts.services.lifecycle import create_account
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid
from adminrights.models import Unit

GROWS_EIGHTEENFOLD, GROWS_TWOFOLD = "\ufdfa", "\u0958"


def add(unit: Unit, **person: str) -> Account:
    known = {"email": "grown@example.org", "first_name": "Gro", "last_name": "Wing"}
    return create_account(unit=unit, actor=SYSTEM, **known | person)


# N3
def test_a_name_whose_search_form_is_long_comes_in_and_is_found_by_address(unit: Unit) -> None:
    account = add(unit, first_name=GROWS_EIGHTEENFOLD * 150, last_name=GROWS_EIGHTEENFOLD * 150)

    assert len(account.search_text) <= 600
    assert Account.objects.search("grown@example.org").get() == account


# N2
@pytest.mark.parametrize("field", ["first_name", "last_name", "phone"])
def test_a_name_is_measured_as_it_is_kept(field: str, unit: Unit) -> None:
    with pytest.raises(Invalid, match="too long"):
        add(unit, **{field: GROWS_TWOFOLD * 100})


# N1
def test_an_address_is_measured_in_the_form_that_is_unique(unit: Unit) -> None:
    with pytest.raises(Invalid, match="too long"):
        add(unit, email=f"{GROWS_EIGHTEENFOLD * 18}@example.org")
