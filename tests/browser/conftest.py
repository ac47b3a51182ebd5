"""A real browser against a real server: any script error, CSP violation or foreign request fails the test."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import find_chromium

HOST = "127.0.0.1"
# The same machine by a name: browsers take passkeys for no number.
NAMED_HOST = "localhost"
ARGUMENTS = [
    "--no-sandbox",  # a container's root can't make the sandbox
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}, EXCLUDE {NAMED_HOST}",
]
# Long enough for a busy machine: a page that is right doesn't use it up.
SECONDS_TO_WAIT = 30
expect.set_options(timeout=SECONDS_TO_WAIT * 1_000)


class Trouble:
    """What went wrong in the browser while a test ran."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.expected: list[str] = []

    def expect(self, text: str) -> None:
        """Let trouble with this text pass: to the browser a 403 that a test asks for is an error."""
        self.expected.append(text)

    def unexpected(self) -> list[str]:
        return [line for line in self.found if not any(text in line for text in self.expected)]

    def listen(self, context: BrowserContext) -> None:
        """Collect from every page of the context, pop-ups included."""
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("request", self.on_request)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in {HOST, NAMED_HOST}:
            self.found.append(f"request to a foreign host: {request.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    # Playwright keeps an event loop in this thread, which Django takes for a view that forgot to be async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = find_chromium()
        assert path, "Chromium is missing"
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """Everything the browser complained of; what the test did not expect fails it."""
    trouble = Trouble()
    yield trouble
    assert not trouble.unexpected(), "\n".join(trouble.unexpected())


@pytest.fixture
def server(live_server: LiveServer, settings: Settings) -> LiveServer:
    """The product itself, with a database that its threads see too; links in mails lead to it."""
    settings.BASE_URL = live_server.url
    return live_server


@pytest.fixture
def new_context(
    browser: Browser, server: LiveServer, trouble: Trouble
) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a window of another person: new_context(color_scheme="dark")."""
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        options = {"base_url": server.url, "locale": "en-GB", "timezone_id": "UTC"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(SECONDS_TO_WAIT * 1_000)
        trouble.listen(context)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of someone who has not signed in; addresses are relative: page.goto("/accounts/")."""
    return new_context().new_page()


@pytest.fixture
def page_without_scripts(new_context: Callable[..., BrowserContext]) -> Page:
    """The same in a browser that runs no scripts."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """The same on a screen of 360 pixels."""
    return new_context(viewport={"width": 360, "height": 740}, has_touch=True).new_page()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, page: Page) -> str:
    """Run the test twice, its page in light and in dark."""
    page.emulate_media(color_scheme=request.param)
    return str(request.param)


@pytest.fixture
def sign_in(server: LiveServer) -> Callable[[Page, Any], None]:
    """Return a function that signs an account in on a page, past the sign-in form."""

    def sign_in_on(page: Page, account: Any) -> None:
        client = Client()
        client.force_login(account)
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server.url}])

    return sign_in_on


# Off by default, though it is part of WCAG 2.2 AA (2.5.8).
MORE_RULES = {"rules": {"target-size": {"enabled": True}}}


@pytest.fixture
def axe() -> Callable[..., None]:
    """Return a function that fails with a readable list when the page breaks a rule of accessibility.

    Where something open covers the rest, `within` (a CSS selector) names what can be used.
    """

    def check(page: Page, within: str | None = None) -> None:
        violations = Axe().run(page, context=within, options=MORE_RULES).response["violations"]
        lines = [
            f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {' '.join(map(str, node['target']))}\n"
            f"    {node['html']}\n    {node['failureSummary']}"
            for rule in violations
            for node in rule["nodes"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check
