"""The page of all pieces: each keeps the rules of accessibility in every theme, contrast and density."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.browser.acts import click, sideways

pytestmark = pytest.mark.looks


@pytest.mark.parametrize("contrast", ["As the system", "High"])
def test_every_piece_keeps_the_rules(
    page: Page, scheme: str, contrast: str, settings: Settings, axe: Callable[[Page], None]
) -> None:
    settings.DEBUG = True
    page.goto("/design/")
    click(page.get_by_label("Display", exact=True))
    page.get_by_role("group", name="Contrast").get_by_label(contrast).check()
    page.get_by_label("Compact", exact=True).check()
    axe(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 740})
    assert sideways(page) == 0
    expect(page.get_by_role("checkbox", name="Customers: Read through")).to_be_visible()


def test_it_is_for_development_only() -> None:
    assert Client().get("/design/").status_code == 404


def test_theme_contrast_and_density_are_chosen_and_kept(page: Page) -> None:
    page.goto("/sign-in/")
    click(page.get_by_label("Display", exact=True))
    for choice in ("Dark", "High", "Compact"):
        page.get_by_label(choice, exact=True).check()
    page.reload()
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(root).to_have_attribute("data-density", "compact")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
