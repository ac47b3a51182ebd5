"""What the rules of accessibility ask beyond what axe can see (docs/accessibility.md)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Account
from groups.models import Group
from tests.browser.acts import sideways

pytestmark = pytest.mark.looks

SignIn = Callable[[Page, Account], None]
PAGES = ["/accounts/", "/accounts/add/", "/groups/{group}/", "/me/"]
# WCAG 1.4.12, word for word.
WIDER = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
# What hides a part of its own text; a name that is cut with dots can be read whole elsewhere.
CUT_OFF = """() => [...document.querySelectorAll("main *, .topbar *")].filter((each) => {
  const style = getComputedStyle(each);
  const hides = style.overflowY === "hidden" || style.overflowY === "clip";
  const shown = each.clientHeight > 1 && !each.closest(".visually-hidden, svg");
  return hides && shown && style.textOverflow !== "ellipsis" && each.scrollHeight > each.clientHeight + 1;
}).map((each) => each.outerHTML.slice(0, 120))"""
COVERED = """() => {
  const one = document.activeElement;
  // Past the last stop the focus is in the window's own bars.
  if (one === document.body || !one.matches(":focus")) return "";
  const box = one.getBoundingClientRect();
  const points = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9], [0.9, 0.1]];
  const seen = points.some(([right, down]) => {
    const top = document.elementFromPoint(box.left + box.width * right, box.top + box.height * down);
    return top && (one.contains(top) || top.contains(one) || top.closest("label")?.control === one);
  });
  return seen ? "" : one.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def at(page: Page, sign_in: SignIn, ada: Account, campaign_team: Group) -> Callable[[str], Page]:
    """Return a function by which Ada opens a page."""
    sign_in(page, ada)

    def open_page(address: str) -> Page:
        page.goto(address.format(group=campaign_team.pk))
        return page

    return open_page


@pytest.mark.parametrize("address", PAGES)
def test_wider_text_cuts_nothing_off(address: str, at: Callable[[str], Page]) -> None:
    page = at(address)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate(
            """(words) => {
              const sheet = new CSSStyleSheet();
              sheet.replaceSync(words);
              document.adoptedStyleSheets = [sheet];
            }""",
            WIDER,
        )
        assert (page.evaluate(CUT_OFF), sideways(page)) == ([], 0)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_covers_what_has_the_focus(address: str, at: Callable[[str], Page]) -> None:
    page = at(address)
    page.set_viewport_size({"width": 1280, "height": 500})
    covered: list[Any] = []
    for key in ["Tab"] * 60 + ["Shift+Tab"] * 60:
        page.keyboard.press(key)
        covered.append(page.evaluate(COVERED))
    assert list(filter(None, covered)) == []
