"""Why and why not of named permissions: every source, every part, and what would allow the whole."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from accounts.why.steps import Step
from accounts.why.suggestions import ask, suggestions
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.accounts.pages import text_of
from tests.factories import AccountFactory, GroupFactory, RoleFactory
from tests.terminal import run

VIEW = "contacts.view"
PARTS = ["contacts:list", "contacts:get", "import_history:list", "import_history:get"]


def why(client: Client, account: Account, key: str = VIEW) -> str:
    return text_of(client.get(reverse("accounts:account_why", args=[account.pk, key])))


def allow(account: Account, key: str, *tokens: str) -> str:
    return reverse("accounts:account_allow", args=[account.pk, key], query={"step": tokens})


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


# S1-06, S1-07, C-12
def test_a_yes_names_every_source_and_every_part(as_ada: Client, unit: Unit) -> None:
    team = GroupFactory(
        unit=unit, roles=[RoleFactory(unit=unit, rules=[VIEW], display_name="Viewer")], display_name="Desk"
    )
    person = AccountFactory(unit=unit, first_name="Vi", last_name="Ew", groups=[team])
    AccountFactory(unit=unit)
    page = as_ada.get(reverse("accounts:account_why", args=[person.pk, VIEW]))
    words = text_of(page)

    assert "Yes, Vi Ew may do this in Northwind." in words
    assert "Through the group Desk, role Viewer" in words
    assert "<title>Role: Viewer</title>" in page.content.decode()
    assert [(part.key, part.state.word) for part, _url in page.context["parts"]] == [
        (key, "Yes") for key in PARTS
    ]
    assert "What would allow it" not in words


def test_what_gives_only_a_part_says_how_much_and_what_is_missing(as_ada: Client, unit: Unit) -> None:
    person = AccountFactory(unit=unit, permissions=PARTS[:3])
    words = why(as_ada, person)

    assert "may not do this in Northwind." in words
    assert "It is held in part: nothing gives “Open entries of the import history” here." in words
    assert "(1 of 4 rights)" in words
    found = suggestions(ask(person, unit, VIEW, SYSTEM))
    assert found.found[0].steps == (Step("key", PARTS[3]),)
    assert found.found[0].brought.others == frozenset()


def test_a_no_offers_the_named_permission_itself_one_click_from_its_preview(
    as_ada: Client, unit: Unit, nemo: Account
) -> None:
    path = allow(nemo, VIEW, f"key~{VIEW}")
    page = as_ada.get(reverse("accounts:account_why", args=[nemo.pk, VIEW]))
    assert "The named permission “See contacts and import history”" in text_of(page)
    assert path in [each["url"] for each in page.context["doable"]]
    assert "Nemo Nobody gains: Contacts (List, View)" in text_of(as_ada.get(path))

    answer = as_ada.post(path)

    assert answer["Location"] == reverse("accounts:account_why", args=[nemo.pk, VIEW])
    assert "Yes, Nemo Nobody may do this" in why(as_ada, nemo)
    assert all(nemo.has_perm(key, unit) for key in PARTS)


# C-12
def test_what_a_named_permission_requires_comes_with_it(unit: Unit, nemo: Account) -> None:
    ways = [each.steps for each in suggestions(ask(nemo, unit, "media.manage", SYSTEM)).found]

    assert (Step("key", "media.manage"), Step("key", "media.view")) in ways


def test_held_without_what_it_requires_is_mended_by_that_alone(as_ada: Client, unit: Unit) -> None:
    person = AccountFactory(unit=unit, permissions=["media.manage"])
    words = why(as_ada, person, "media.manage")

    assert "It is held, but without effect." in words
    assert "It also needs: “" in words
    ways = [each.steps for each in suggestions(ask(person, unit, "media.manage", SYSTEM)).found]
    assert (Step("key", "media.view"),) in ways


# S3-90
def test_what_lacks_a_feature_here_is_not_asked_for(as_ada: Client, unit: Unit) -> None:
    person = AccountFactory(unit=unit, permissions=["contacts.edit", "contacts.view"])
    words = why(as_ada, person, "contacts.edit")

    assert "Yes, " in words
    assert "Not asked for, because it has no effect here without a feature" in words
    assert "Delete contacts" in words


def test_about_oneself_it_is_said_in_words_and_the_parts_lead_to_asking(
    as_ada: Client, nemo: Account, ada: Account
) -> None:
    as_ada.force_login(nemo)
    page = as_ada.get(reverse("accounts:my_why", args=[VIEW]))

    assert "No, you may not do this" in text_of(page)
    assert reverse("accounts:my_why", args=[PARTS[0]]) in page.content.decode()
    assert "See what changes" not in text_of(page)
    assert ada.email in text_of(page)
    assert as_ada.get(reverse("accounts:ask", args=[VIEW])).status_code == 404


@pytest.mark.parametrize(
    ("given", "word"), [([VIEW], "Yes"), (PARTS[:1], "In part"), (["offers:list"], "No")]
)
def test_it_is_found_by_the_search_with_how_it_is_held(
    as_ada: Client, unit: Unit, given: list[str], word: str
) -> None:
    person = AccountFactory(unit=unit, permissions=given)
    path = reverse("accounts:account_access", args=[person.pk])
    found = as_ada.get(path, {"q": "see contacts and import history"}).context["found"]

    [named] = [each for each in found if each["entry"].named]
    assert (named["entry"].key, named["state"].word) == (VIEW, word)
    assert named["url"] == reverse("accounts:account_why", args=[person.pk, VIEW])


def test_every_place_that_names_it_leads_to_its_why(as_ada: Client, unit: Unit) -> None:
    person = AccountFactory(unit=unit, permissions=[VIEW])
    path = reverse("accounts:account_why", args=[person.pk, VIEW])

    for page in (person.get_absolute_url(), reverse("accounts:permission_who", args=[VIEW])):
        assert path in as_ada.get(page).content.decode()
    as_ada.force_login(person)
    mine = as_ada.get(reverse("accounts:my_access")).content.decode()
    assert reverse("accounts:my_why", args=[VIEW]) in mine


def test_the_command_answers_for_the_whole(unit: Unit, nemo: Account) -> None:
    asked = ("explain_access", nemo.email, "--permission", VIEW)
    no = run(*asked)
    assert (no.code, no.out.splitlines()[0]) == (1, "Nothing gives “See contacts and import history”.")
    assert "the named permission “See contacts and import history”" in no.out
    some = AccountFactory(unit=unit, permissions=PARTS[:2])
    told = run("explain_access", some.email, "--permission", VIEW)
    assert told.code == 1
    assert "import_history:get" in told.out
    assert "(not held)" in told.out
    both = AccountFactory(unit=unit, permissions=[VIEW])
    data = run("explain_access", both.email, "--permission", VIEW, "--format", "json")
    assert (data.code, [each["permission"] for each in data.data["permissions"]]) == (0, PARTS)
    assert (
        "Did you mean contacts.view" in run("explain_access", both.email, "--permission", "contacts.vew").err
    )
