"""Other languages need more room than English, and get it."""

from playwright.sync_api import Page

from accounts.models import Account
from accounts.services.profile import set_preferences
from adminrights.models import Unit
from groups.models import Group
from tests.browser.acts import sideways
from tests.browser.test_accessibility import SignIn

PATHS = [
    "/",
    "/accounts/add/",
    "/accounts/{gwen}/",
    "/me/",
    "/me/profile/",
    "/me/security/",
    "/groups/{group}/",
]


def test_no_language_makes_a_page_wider_than_the_screen(
    server: object, page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group, unit: Unit
) -> None:
    sign_in(page, ada)
    wide = []
    for language in ("de", "fr", "es"):
        set_preferences(ada, language=language)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            for path in PATHS:
                page.goto(server.url + path.format(gwen=gwen.pk, group=campaign_team.pk))
                if sideways(page) > 0:
                    wide.append((language, width, path))
    assert page.locator("html").get_attribute("lang") == "es"
    assert wide == []
