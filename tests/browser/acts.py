"""What people do on a page, so that journeys read as sentences."""

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD

NEW_PASSWORD = "quiet lanterns over the river"


def sign_in_with_form(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the form of the page that one is on, or of the sign-in page."""
    if path_of(page) != "/sign-in/":
        page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def choose_password(page: Page, button: str, password: str = NEW_PASSWORD) -> None:
    """Type a new password twice and send it."""
    page.get_by_label("New password").fill(password)
    page.get_by_label("The same once more").fill(password)
    press(page, button)


def click(target: Locator) -> None:
    """Click when the page is whole, and wait until the page that this leads to is.

    A half-loaded page may show a button before the script that it needs.
    """
    target.page.wait_for_load_state()
    target.click()
    target.page.wait_for_load_state()


def press(place: Page | Locator, name: str) -> None:
    """Press the button with exactly this name."""
    click(place.get_by_role("button", name=name, exact=True))


def follow(place: Page | Locator, name: str) -> None:
    """Follow the link with exactly this name."""
    click(place.get_by_role("link", name=name, exact=True))


def quick(page: Page, subject: str, action: str) -> None:
    """Open the menu at the end of a row and follow one of its entries."""
    click(menu_of(page, subject).get_by_text(action, exact=True))


def menu_of(page: Page, subject: str) -> Locator:
    """Open the menu at the end of a row and return it."""
    menu = page.locator("details.quick-menu", has=page.get_by_label(f"Actions for {subject}", exact=True))
    click(menu.locator("summary"))
    return menu


def dialog(page: Page) -> Locator:
    """Return the dialog, once it is open."""
    found = page.get_by_role("dialog")
    expect(found).to_be_visible()
    return found


def see_title(page: Page, text: str) -> None:
    """Wait until the page has this heading."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def see_state(page: Page, *words: str) -> None:
    """Wait until these statuses, and no other, stand beside the name."""
    expect(page.locator("h1 .badge-status")).to_have_text(list(words))


def see_message(page: Page, text: str) -> None:
    """Wait until the page tells this outcome."""
    expect(page.locator("#messages")).to_contain_text(text)


def see_matrix(page: Page) -> None:
    """Wait until the matrix is there and its script runs."""
    expect(page.get_by_label("Only what is given")).to_be_visible()


def head(page: Page) -> Locator:
    """Return the buttons at the upper right of the page."""
    return page.locator(".page-actions")


def section(page: Page, name: str) -> Locator:
    """Return the section of a page under this heading."""
    return page.get_by_role("region", name=name, exact=True)


def rows(page: Page) -> Locator:
    """Return the rows of the list."""
    return page.locator("#results tbody tr")


def names_in(page: Page) -> list[str]:
    """Return the names in the list from the top."""
    return page.locator("#results .row-link").all_inner_texts()


def page_buttons(page: Page) -> list[str]:
    """Return the words of the buttons at the upper right, from the left."""
    return head(page).locator("a, button").all_inner_texts()


def path_of(page: Page) -> str:
    """Return the path of the page that one is on."""
    return urlsplit(page.url).path


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
