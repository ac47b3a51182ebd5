"""No page says anything that can't be translated."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Account
from accounts.services.items import hand_over, register_item
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.languages.marked import data, mark_texts, unmarked
from tests.test_queries import PAGES, about_of

ALONE = [
    *("home", "collected", "accounts:unit_list", "accounts:compare", "accounts:role_matrix"),
    *("accounts:my_security", "accounts:my_password", "accounts:my_address", "accounts:my_access_search"),
    *("groups:group_create", "roles:role_create", "accounts:item_create"),
]
PATHS = [
    "/nothing/here/",
    "/accounts/{gwen}/access/ad_campaigns:delete/",
    "/accounts/{gwen}/access/campaigns:approve/",
    "/accounts/{gwen}/access/contacts:export/allow/",
    "/permissions/ad_campaigns:update/",
    "/permissions/contacts.export/",
    "/permissions/offers:list/who/",
    "/accounts/{gwen}/remove/",
    "/accounts/?q=nobody-has-this",
    "/accounts/{gwen}/past/?at=2001-01-01T12:00",
    "/compare/?left=account:{gwen}&right=role:{role}&all=on",
]


@pytest.fixture
def paths(gwen: Account, campaign_team: Group, campaigns_admin: Role, unit: Unit) -> list[str]:
    hand_over(register_item("offers", unit, "Item", actor=SYSTEM), gwen, actor=SYSTEM)
    found = []
    for name in [*PAGES, *ALONE]:
        about = about_of(name, gwen, campaign_team, campaigns_admin)
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            found.append(reverse(name, args=[about.pk]))
    return [*found, *(path.format(gwen=gwen.pk, role=campaigns_admin.pk) for path in PATHS)]


def test_everything_that_pages_say_can_be_translated(
    paths: list[str], ada: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(ada)
    mark_texts(monkeypatch)
    left = {path: unmarked(client.get(path, follow=True).content.decode(), data()) for path in paths}
    assert {path: words for path, words in left.items() if words} == {}


@pytest.mark.parametrize("path", ["/sign-in/", "/password/reset/", "/sign-in/nowhere/"])
def test_everything_can_be_translated_before_signing_in(
    path: str, db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_texts(monkeypatch)
    assert unmarked(client.get(path, follow=True).content.decode(), []) == []
