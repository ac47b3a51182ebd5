"""The harness notices what a journey must not overlook; each test breaks something on purpose."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Trouble

pytestmark = pytest.mark.looks

START = "/sign-in/"


def forget(trouble: Trouble) -> list[str]:
    """Return what was found, and let it pass."""
    found = list(trouble.found)
    trouble.found.clear()
    return found


INLINE_STYLE = """document.body.insertAdjacentHTML('beforeend', '<p style="color: red">x</p>')"""


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "console error: broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        (
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')",
            "Content Security Policy",
        ),
        ("fetch('http://example.invalid/').catch(() => null)", "example.invalid"),
        ("new Image().src = '/nothing-here.png'", "404"),
    ],
    ids=["console", "exception", "content policy", "foreign host", "missing file"],
)
def test_trouble_in_the_browser_is_found(page: Page, trouble: Trouble, script: str, complaint: str) -> None:
    page.goto(START)
    assert forget(trouble) == []
    page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(300)
    assert any(complaint in line for line in forget(trouble))


def test_expected_trouble_passes(page: Page, trouble: Trouble) -> None:
    trouble.expect("broken")
    page.goto(START)
    page.evaluate("console.error('broken')")
    assert trouble.unexpected() == []


def test_axe_lists_what_it_finds(page: Page, axe) -> None:
    page.goto(START)
    page.evaluate("document.body.innerHTML += '<main><img src=\"data:,\"></main>'")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


def test_the_page_is_shown_in_both_schemes(page: Page, scheme: str) -> None:
    page.goto(START)
    assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")


def test_a_page_without_scripts_runs_none(page_without_scripts: Page) -> None:
    page_without_scripts.goto(START)
    page_without_scripts.set_content("<noscript>none</noscript>")
    assert page_without_scripts.get_by_text("none").is_visible()


def test_static_files_are_served(page: Page, trouble: Trouble) -> None:
    # A file names no icon, so the browser may ask for one at the usual place.
    trouble.expect("favicon.ico")
    response = page.goto("/static/bootstrap/css/bootstrap.min.css")
    assert response is not None
    assert response.status == 200
