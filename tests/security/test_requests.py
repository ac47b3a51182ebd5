"""Whatever a request holds, the answer is a page with its headers, never an error of ours (N3–N5, W2, W6)."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from accounts.models import Account
from adminrights.models import Unit
from tests.factories import AccountFactory

EVERYWHERE = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Cache-Control",
)


@pytest.fixture
def browser(ada: Account) -> Client:
    """Ada's browser; what breaks inside is a page, as in production."""
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    return client


# N4
@pytest.mark.parametrize("length", ["0", "-5", "1000000", "x", "9" * 40])
def test_nobody_chooses_how_long_a_page_is(length: str, unit: Unit, browser: Client) -> None:
    for _number in range(60):
        AccountFactory(unit=unit)

    answer = browser.get("/accounts/", {"per_page": length})

    assert answer.status_code == 200
    assert len(answer.context["table"].page.object_list) == 50


# N4
@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "2"])
def test_any_page_number_shows_a_page(page: str, browser: Client) -> None:
    assert browser.get("/accounts/", {"page": page}).status_code == 200


# N4, N5
@pytest.mark.parametrize(
    "text", [" ".join(map(str, range(2_000))), "a " * 2_000, "x" * 9_000, "\ufdfa" * 900]
)
def test_a_search_for_anything_ends_well(text: str, unit: Unit) -> None:
    assert not get_user_model().objects.in_unit(unit).search(text).filter(email="nobody").exists()


def test_a_word_typed_twice_is_searched_once(unit: Unit, nemo: Account) -> None:
    assert Account.objects.search("nemo " * 100).get() == nemo


# N3
@pytest.mark.parametrize("address", ["http://[::1", "https://evil.example/x", "\x7f", "//"])
def test_a_request_by_htmx_from_anywhere_leads_to_signing_in(address: str, db: None) -> None:
    client = Client(raise_request_exception=False)

    answer = client.get("/sign-in/", headers={"HX-Request": "true", "HX-Current-URL": address})

    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")
    assert "evil" not in answer["HX-Redirect"]


# N3: the session's key goes to the database, where a NUL is an error on PostgreSQL only
@pytest.mark.parametrize("name", ["session", "csrf", "messages"])
def test_a_cookie_that_no_database_can_hold_is_refused(name: str, db: None) -> None:
    client = Client(raise_request_exception=False)

    answer = client.get("/accounts/", headers={"Cookie": f'{name}="abcdefgh\\000ijkl"'})

    assert answer.status_code == 400


# W2, W6
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/sign-in/", {}, 200),
        ("/accounts", {}, 301),
        ("/accounts/", {}, 302),
        ("/nowhere/", {}, 404),
        ("/sign-out/", {}, 405),
        ("/?q=%00", {}, 400),
        ("/", {"Host": "evil.example"}, 400),
        ("/static/css/base.css", {}, 200),
    ],
)
def test_every_answer_is_dressed(path: str, headers: dict[str, str], status: int, db: None) -> None:
    answer = Client(raise_request_exception=False).get(path, headers=headers)
    answer.close()

    assert answer.status_code == status
    assert [name for name in EVERYWHERE if name not in answer] == []


def test_pages_are_kept_nowhere_and_files_of_the_look_may_be(db: None) -> None:
    page, style = Client().get("/sign-in/"), Client().get("/static/css/base.css")
    style.close()

    assert page["Cache-Control"] == "no-store"
    assert "max-age" in style["Cache-Control"]


# W2, L6
def test_an_error_page_is_dressed_and_tells_nothing(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.accounts.with_state", lambda *args: 1 / 0)
    monkeypatch.setattr(settings, "DEBUG", False)

    answer = browser.get("/accounts/")

    assert answer.status_code == 500
    assert [name for name in EVERYWHERE if name not in answer] == []
    assert "division" not in answer.content.decode()
