"""Whoever gets rights of administration is told by mail, whatever gave them (A11)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import Account
from accounts.services.grants import set_levels
from accounts.services.invitations import accept_invitation
from accounts.services.known_accounts import add_known_account
from accounts.services.lifecycle import create_account, disable_account, reactivate_account
from accounts.services.ownership import hand_over
from adminrights.change import SYSTEM, preview
from adminrights.models import OutgoingMail, Unit
from groups.services import add_members, set_roles
from roles.services import set_rule
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.post import deliver
from tests.terminal import run

KEYS = ["accounts:get", "accounts:list", "accounts:update"]


def told() -> list[str]:
    """Return who was told so."""
    return [
        mail.account.email for mail in OutgoingMail.objects.filter(message="administrator").order_by("pk")
    ]


def by_level(unit: Unit, ada: Account, nemo: Account) -> None:
    set_levels(nemo, {"admin_rights": 1}, actor=ada, unit=unit)


def by_group(unit: Unit, ada: Account, nemo: Account) -> None:
    add_members(GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=KEYS)]), [nemo], actor=ada)


def by_role_of_group(unit: Unit, ada: Account, nemo: Account) -> None:
    group = GroupFactory(unit=unit, members=[nemo])
    set_roles(group, [RoleFactory(unit=unit, rules=KEYS)], actor=ada)


def by_rule(unit: Unit, ada: Account, nemo: Account) -> None:
    role = RoleFactory(unit=unit, rules=["ad_campaigns:list"])
    GroupFactory(unit=unit, roles=[role], members=[nemo])
    set_rule(role, "accounts", ["get", "list", "update"], actor=ada, unit=unit)


def by_first(unit: Unit, ada: Account, nemo: Account) -> None:
    assert run("create_administrator", nemo.email).code == 0


WAYS: list[Callable[[Unit, Account, Account], None]] = [
    by_level,
    by_group,
    by_role_of_group,
    by_rule,
    by_first,
]


# A11
@pytest.mark.parametrize("way", WAYS)
def test_every_way_tells_who_gets_it(
    way: Callable[[Unit, Account, Account], None], unit: Unit, ada: Account, nemo: Account
) -> None:
    way(unit, ada, nemo)
    assert told() == [nemo.email]


# A11
def test_the_mail_says_what_where_and_by_whom(unit: Unit, ada: Account, nemo: Account) -> None:
    by_group(unit, ada, nemo)
    [mail] = deliver()
    assert (mail.to, mail.subject) == ([nemo.email], "You have new rights of administration at Northwind")
    text = str(mail.body)
    assert "Ada Admin gave you rights of administration in Northwind:" in text
    assert "didn't expect this?" in text
    assert ada.email not in text


# A11: what is no news
def test_what_gives_no_new_administration_is_silent(unit: Unit, ada: Account, otto: Account, nemo: Account):
    set_levels(nemo, {"customers": 2}, actor=ada, unit=unit)
    by_group(unit, ada, otto)
    UnitFactory(parent=unit)
    preview(lambda: by_level(unit, ada, nemo))
    assert told() == []


# A11: who is invited has the invitation, and nothing else
def test_who_is_invited_hears_nothing_more(unit: Unit, ada: Account, tmp_path: Path) -> None:
    names = {"first_name": "Ivy", "last_name": "Invited"}
    levels = {"admin_rights": 2}
    ivy = create_account(email="ivy@example.org", unit=unit, actor=ada, levels=levels, **names)
    by_group(unit, ada, ivy)
    accept_invitation(ivy.invitations.get(), password=PASSWORD)
    table = tmp_path / "people.csv"
    table.write_text("email,first_name,last_name,levels\nbo@example.org,Bo,Li,admin_rights:write\n")
    assert run("invite", "--csv", str(table)).code == 0
    assert told() == []


# A11: from then on as everybody
def test_who_works_elsewhere_and_is_added_here_is_told(unit: Unit, ada: Account) -> None:
    elsa = AccountFactory(unit=UnitFactory(name="Elsewhere"))
    add_known_account(elsa.email, unit=unit, actor=ada, levels={"admin_rights": 2})
    assert told() == [elsa.email]


def test_who_is_told_more_by_another_mail_gets_one(unit: Unit, ada: Account, nemo: Account) -> None:
    hand_over(unit, nemo, actor=SYSTEM)
    assert told() == []
    disable_account(ada, actor=SYSTEM, unit=unit)
    reactivate_account(ada, actor=SYSTEM, unit=unit)
    assert told() == []


def test_who_is_disabled_before_it_leaves_gets_nothing(unit: Unit, ada: Account, nemo: Account) -> None:
    by_level(unit, ada, nemo)
    disable_account(nemo, actor=ada, unit=unit)
    assert "rights of administration" not in str([mail.subject for mail in deliver()])
