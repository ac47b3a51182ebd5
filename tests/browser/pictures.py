"""Draw every screen of a fresh demo, wide and narrow, light and dark: `make pictures`.

They go to .local/pictures; the README's picture goes to docs/.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.conftest import ARGUMENTS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local" / "pictures"
PORT = 8765
SIZES = {"1280": {"width": 1280, "height": 800}, "360": {"width": 360, "height": 740}}
SCREENS = {
    "Administrator": {
        "accounts": "/accounts/",
        "accounts-found-nothing": "/accounts/?q=zzzz",
        "account-add": "/accounts/add/",
        "account-active": "/accounts/?q=hemingway >",
        "account-edit": "/accounts/?q=hemingway > edit/",
        "account-pending": "/accounts/?status=pending >",
        "account-disabled": "/accounts/?status=disabled >",
        "groups": "/groups/",
        "group": "/groups/ >",
        "group-add": "/groups/add/",
        "group-roles": "/groups/ > roles/",
        "group-levels": "/groups/ > levels/",
        "group-delete": "/groups/ > delete/",
        "roles": "/roles/",
        "role": "/roles/ >",
        "role-add": "/roles/add/",
        "role-copy": "/roles/ > copy/",
        "role-delete": "/roles/ > delete/",
        "rule-add": "/roles/ > rules/add/",
        "mailbox": "/mailbox/",
        "not-found": "/nowhere/",
    },
    "Customer support": {"my-access": "/me/", "my-profile": "/me/profile/", "refused": "/accounts/"},
    "Newcomer": {"my-access-empty": "/me/"},
}


@contextmanager
def demo() -> Iterator[list[dict[str, Any]]]:
    """Run a fresh demo in a folder of its own and yield its personas."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"http://127.0.0.1:{PORT}"
        env = os.environ | {
            "DEMO": "1",
            "BASE_URL": address,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        for command in (["migrate", "-v0"], ["load_catalogue", "-v0"]):
            subprocess.run([*manage, *command], env=env, check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run(
            [*manage, "demo", "--format", "json"], env=env, check=True, capture_output=True, text=True
        )
        serve = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--threads", "4"]
        server = subprocess.Popen([*serve, "--log-level", "warning", "adminrights.wsgi"], env=env)
        try:
            time.sleep(2)
            yield json.loads(told.stdout)["personas"]
        finally:
            server.terminate()
            server.wait()


def sign_in(page: Page, persona: dict[str, Any]) -> None:
    """Sign in as a person would."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(persona["email"])
    page.get_by_label("Password").fill(persona["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def open_screen(page: Page, address: str) -> None:
    """Open an address; `list > edit/` means the page below the first row of that list."""
    listed, _sign, below = address.partition(" >")
    page.goto(listed)
    if _sign:
        page.goto((page.locator("a.row-link").first.get_attribute("href") or "/") + below.strip())


def draw(browser: Browser, personas: dict[str, dict[str, Any]], size: str, scheme: str) -> None:
    """Draw all screens in one size and one scheme."""
    options: dict[str, Any] = {"viewport": SIZES[size], "color_scheme": scheme, "reduced_motion": "reduce"}
    for role, screens in SCREENS.items():
        context = browser.new_context(base_url=f"http://127.0.0.1:{PORT}", **options)
        page = context.new_page()
        page.goto("/sign-in/")
        page.screenshot(path=FOLDER / f"sign-in-{size}-{scheme}.png")
        sign_in(page, personas[role])
        for name, address in screens.items():
            open_screen(page, address)
            page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png", full_page=True)
            if (name, size, scheme) == ("accounts", "1280", "light"):
                page.screenshot(path=ROOT / "docs" / "all-accounts.png")
        context.close()


def main() -> None:
    """Draw everything and say where it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as told, sync_playwright() as playwright:
        personas = {persona["role"]: persona for persona in told}
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for size in SIZES:
            for scheme in ("light", "dark"):
                draw(browser, personas, size, scheme)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
