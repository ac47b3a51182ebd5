"""What attackers type into names comes out as letters, on every page, in mails and in files (N8).

Every text field that people fill in holds one of the payloads of the usual lists; then every page is opened.
"""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.reviews.scope import Scope
from accounts.services.items import register_item
from accounts.services.lifecycle import create_account, disable_account, reactivate_account
from accounts.services.reviews import Wanted as Asked
from accounts.services.reviews import close_review, decide, open_review
from accounts.services.rules import Wanted, give_waiver, start_rule
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from adminrights.services import create_unit, set_owner
from groups.services import add_members, create_group, set_roles
from roles.catalogue import catalogue
from roles.services import copy_role, create_role, set_rule
from tests.asking.acts import asked_by
from tests.factories import AccountFactory
from tests.post import deliver, promise
from tests.test_permissions import TABLE, kept_by, path_of

PAYLOADS = (
    "<script>alert(1)</script>", "<ScRiPt src=//x.example></sCrIpT>", "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>", "<svg><script>alert(1)</script>", "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>", "<details open ontoggle=alert(1)>", "<input autofocus onfocus=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<math><mtext></p><img src=x>", "<base href=//x.example/>",
    "<meta http-equiv=refresh content=0>", "<form action=//x.example>", "<object data=x>", "<embed src=x>",
    "</title><script>alert(1)</script>", "</textarea><img src=x>", "</script><b>x", "<!--<img src=x>-->",
    "\"><img src=x onerror=alert(1)>", "'><img src=x onerror=alert(1)>", "\" onmouseover=alert(1) x=\"",
    "' onfocus=alert(1) autofocus x='", "\" style=\"width:expression(1)", "\"><svg/onload=alert(1)>",
    "`onerror=alert(1)", "\\\"-alert(1)//", "'-alert(1)-'", "';alert(1);//", "\");alert(1);(\"", "]]><x>",
    "&lt;script&gt;", "&#60;script&#62;", "<x hx-get=//x.example hx-trigger=load>",
    "<b data-bs-toggle=tooltip>",
    "{{7*7}}", "${7*7}", "{% debug %}", "%(name)s", "javascript:alert(1)", "data:text/html,x",
)  # fmt: skip
# Letters that HTML means something by: a payload with one of them may not stand anywhere as it was typed.
MEANT = set("<>\"'")
RAW = [text for text in PAYLOADS if MEANT & set(text)]
LONGEST = 145
LISTS = ("/accounts/", "/groups/", "/roles/", "/items/", "/log/", "/permissions/", "/units/", "/matrix/")
FORMULA = tuple("=+-@\t\r")


def packed() -> Iterator[str]:
    """Yield texts that are no longer than a name and hold all payloads among them."""
    text = ""
    for payload in PAYLOADS:
        if len(text) + len(payload) >= LONGEST:
            yield text
            text = ""
        text += payload
    yield text


class Parts(HTMLParser):
    """What a browser would run, or fetch from elsewhere, in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "").strip().lower() for name, value in attributes}
        quiet = values.get("src") or values.get("type") == "application/json"
        if tag in {"iframe", "object", "embed", "base"} or (tag == "script" and not quiet):
            self.found.append(tag)
        self.found += [name for name in values if name.startswith("on") or name in {"style", "srcdoc"}]
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            if values.get(name, "").startswith(("javascript:", "data:text", "vbscript:", "//", "http")):
                self.found.append(values[name])


def judged(html: str) -> list[str]:
    """Return what the page holds that it shouldn't."""
    parts = Parts()
    parts.feed(html)
    return [*parts.found, *(text for text in RAW if text in html)]


@pytest.fixture
def hostile(unit: Unit, otto: Account) -> list[dict[str, int]]:
    """Things of each kind, by number, with payloads wherever something can be typed."""
    return [things(unit, text, number) for number, text in enumerate(packed())]


def things(unit: Unit, text: str, number: int) -> dict[str, int]:
    email = f"p{number}@example.org"
    names = {"first_name": text, "last_name": text}
    account = create_account(email=email, **names, phone=text[:40], unit=unit, actor=SYSTEM)
    role = create_role(unit=unit, name="", display_name=f"{text}r", description=text, actor=SYSTEM)
    set_rule(role, "ad_campaigns", ["list"], actor=SYSTEM, unit=unit)
    group = create_group(unit=unit, name="", display_name=f"{text}g", description=text, actor=SYSTEM)
    set_roles(group, [role], actor=SYSTEM)
    add_members(group, [account], actor=SYSTEM)
    below = create_unit(unit, text, actor=SYSTEM)
    person = AccountFactory(**names, email=f"a{number}@example.org", unit=unit)
    disable_account(person, actor=SYSTEM, unit=unit, reason=text)
    reactivate_account(person, actor=SYSTEM, unit=unit, reason=text)
    # Of another permission each: a rule stands once.
    key = sorted(catalogue().permissions)[number]
    rule = start_rule(Wanted("nobody", key), unit=unit, actor=SYSTEM, despite=True)
    tomorrow = timezone.now() + timedelta(days=1)
    waiver = give_waiver(rule, account, until=tomorrow, reason=text, actor=SYSTEM)
    review = open_review(Scope("group", unit, group), Asked(text, text), actor=SYSTEM)
    line = review.lines.get()
    decide(review, {line.pk: 1}, "revoke", reason=text, actor=SYSTEM)
    if number % 4 > 1:
        close_review(review, actor=SYSTEM)
    return {
        "review": review.pk,
        "review line": line.pk,
        "account": account.pk if number % 2 else person.pk,
        "unit": below.pk,
        "group": group.pk,
        "role": role.pk,
        "twin": copy_role(role, name=f"twin{number}", display_name=f"{text}t", actor=SYSTEM, unit=unit).pk,
        "item": register_item("events", unit, text, actor=SYSTEM).pk,
        "entry": JournalEntry.objects.latest("sequence").pk,
        "mail": promise(account).pk,
        "collected edit": kept_by(account, unit).pk,
        "access rule": rule.pk,
        "waiver": waiver.pk,
        "model": person.pk,
        "request": asked_by(person, unit, text).pk,
    }


@pytest.fixture
def owner(unit: Unit) -> Client:
    """The owner's browser: every page opens."""
    name = PAYLOADS[0]
    account = AccountFactory(
        first_name=name, unit=unit, access={"includes_subunits": True}, email="o@example.org"
    )
    set_owner(unit, account, actor=SYSTEM)
    client = Client()
    client.force_login(account)
    return client


def html_of(client: Client, path: str, **query: str) -> str:
    answer: Any = client.get(path, query)
    assert answer.status_code < 500, path
    return answer.content.decode() if answer["Content-Type"].startswith("text/html") else ""


# N8
@pytest.mark.slow
def test_no_page_runs_what_stands_in_a_name(hostile: list[dict[str, int]], owner: Client) -> None:
    about = [address for address in TABLE if address.about]
    for number, things in enumerate(hostile):
        # The lists show all of them at once; the pages of single things see every other one.
        for address in about[number % 2 :: 2]:
            path = path_of(address, things)
            assert judged(html_of(owner, path)) == [], path
    for address in (address for address in TABLE if not address.about and not address.text):
        path = path_of(address, hostile[0])
        assert judged(html_of(owner, path)) == [], path


# N8
def test_no_search_and_no_address_runs_what_it_is_asked_for(unit: Unit, owner: Client) -> None:
    for text in packed():
        for path in LISTS:
            assert judged(html_of(owner, path, q=text, page=text, status=text)) == [], path
        assert judged(html_of(owner, f"/nowhere/{quote(text, safe='')}/")) == []
        assert judged(html_of(Client(), "/sign-in/", next=text)) == []
        refused = Client().post("/sign-in/", {"email": text, "password": text})
        assert judged(refused.content.decode()) == []


# N8
def test_a_refused_form_shows_what_was_typed_as_letters(unit: Unit, owner: Client) -> None:
    for text in packed():
        for path, fields in (
            ("/accounts/add/", ("first_name", "last_name", "email", "phone")),
            ("/groups/add/", ("name",)),
            ("/roles/add/", ("name",)),
        ):
            answer = owner.post(path, dict.fromkeys(fields, text) | {"display_name": ""})
            assert answer.status_code == 422
            assert judged(answer.content.decode()) == [], path


# N8, N9
def test_no_mail_runs_what_stands_in_a_name(hostile: list[dict[str, int]], unit: Unit) -> None:
    letters = deliver()

    assert len(letters) >= len(hostile)
    for letter in letters:
        parts = Parts()
        content = str(letter.alternatives[0].content)
        parts.feed(content.replace("http://127.0.0.1:8000/", "/"))
        # Mail programs know no style sheets.
        assert set(parts.found) <= {"style"}
        assert [text for text in RAW if text in content] == []
        assert "\n" not in letter.subject


# N6, N8
def test_no_file_calculates_what_stands_in_a_name(hostile: list[dict[str, int]], owner: Client) -> None:
    file = b"".join(owner.get("/log/export/")).decode()
    rows = list(csv.reader(io.StringIO(file, newline="")))

    assert len(rows) > len(hostile)
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert {len(row) for row in rows} == {len(rows[0])}


def test_the_judge_sees_what_he_is_to_see() -> None:
    assert judged("<p>&lt;script&gt;</p>") == []
    assert all(judged(f"<p>{text}</p>") for text in RAW)
