"""Draw every screen of a fresh demo in every theme and width: `make gallery ARGS="--only why --widths 360"`.

They go to .local/gallery, with a page to look through them; the README's picture goes to docs/.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.conftest import ARGUMENTS
from tests.browser.screens import FIRST, REFUSALS, SCREENS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local" / "gallery"
PORT = 8765
WIDTHS = (1280, 768, 360)
HEIGHT = 800
# What each theme asks of static/js/display.js.
THEMES = {"light": ("light", "system"), "dark": ("dark", "system"), "contrast": ("light", "more")}
README_PICTURE = ("accounts", 1280, "light")


@contextmanager
def demo(shape: str) -> Iterator[list[dict[str, Any]]]:
    """Run a fresh demo in a folder of its own and yield its personas."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"http://127.0.0.1:{PORT}"
        env = os.environ | {
            "DEMO": "1",
            "DEBUG": "1",
            "BASE_URL": address,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        for command in (["migrate", "-v0"], ["load_catalogue", "-v0"]):
            subprocess.run([*manage, *command], env=env, check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run(
            [*manage, "demo", "--shape", shape, "--format", "json"],
            env=env,
            check=True,
            capture_output=True,
            text=True,
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


def first_ones(page: Page, screens: Iterable[str]) -> dict[str, str]:
    """Return what stands in the addresses: the first thing of each list that has one."""
    wanted = {name for address in screens for name in re.findall(r"{(\w+)}", address)}
    found = {name: first_one(page, FIRST[name]) for name in sorted(wanted)}
    return {name: first for name, first in found.items() if first}


def first_one(page: Page, listed: str) -> str:
    page.goto(listed)
    kind = listed.split("?")[0]
    links = page.locator(f"main a[href^='{kind}']").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    below = [link.removeprefix(kind).strip("/") for link in links]
    return next((each for each in below if re.fullmatch(r"\d+|[\w.-]{16,}", each)), "")


def draw(page: Page, screens: Mapping[str, str], width: int, theme: str) -> None:
    """Draw screens in one width and one theme."""
    known = first_ones(page, screens.values())
    for name, address in screens.items():
        try:
            answer = page.goto(address.format_map(known))
        except KeyError as nothing:
            print(f"{name}: the demo has no {nothing.args[0]}", file=sys.stderr)
            continue
        if answer is not None and answer.status >= 400 and name not in REFUSALS:
            print(f"{name}: {answer.status} at {answer.url}", file=sys.stderr)
        page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png", full_page=True)
        if (name, width, theme) == README_PICTURE:
            page.screenshot(path=ROOT / "docs" / "all-accounts.png")


def draw_all(browser: Browser, shape: str, looks: Iterable[tuple[int, str]], only: Iterable[str]) -> None:
    """Draw what each person of one demo sees, or the screens alone whose name has one of the words."""
    chosen = {
        who: {name: path for name, path in screens.items() if not only or any(word in name for word in only)}
        for who, screens in SCREENS[shape].items()
    }
    if not any(chosen.values()):
        return
    with demo(shape) as personas:
        for width, theme in looks:
            for who, screens in chosen.items():
                page = new_page(browser, width, theme)
                if who:
                    sign_in(page, next(each for each in personas if who in {each["role"], "anybody"}))
                draw(page, screens, width, theme)
                page.context.close()


def new_page(browser: Browser, width: int, theme: str) -> Page:
    colours, contrast = THEMES[theme]
    size: Any = {"width": width, "height": HEIGHT}
    context = browser.new_context(base_url=f"http://127.0.0.1:{PORT}", viewport=size, reduced_motion="reduce")
    stored = f"localStorage.setItem('theme', '{colours}'); localStorage.setItem('contrast', '{contrast}')"
    context.add_init_script(f"try {{ {stored} }} catch {{}}")
    return context.new_page()


def write_index() -> int:
    """Write the page that shows all pictures, a screen a row; return how many there are."""
    pictures = sorted(path.name for path in FOLDER.glob("*.png"))
    rows: dict[str, list[str]] = {}
    for picture in pictures:
        rows.setdefault(picture.rsplit("-", 2)[0], []).append(picture)
    parts = ["<!doctype html><meta charset=utf-8><title>Gallery</title>"]
    for name, own in rows.items():
        shown = "".join(
            f'<a href="{escape(each)}"><img src="{escape(each)}" height=400 alt="{escape(each)}"></a>\n'
            for each in own
        )
        parts.append(f"<h2>{escape(name)}</h2>\n{shown}")
    (FOLDER / "index.html").write_text("\n".join(parts))
    return len(pictures)


def main() -> None:
    """Draw what was asked for and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.gallery", description=__doc__)
    parser.add_argument(
        "--only", nargs="*", default=[], help="only screens whose name has one of these words"
    )
    parser.add_argument("--widths", nargs="*", type=int, default=WIDTHS)
    parser.add_argument("--themes", nargs="*", choices=THEMES, default=list(THEMES))
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    looks = [(width, theme) for width in options.widths for theme in options.themes]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for shape in SCREENS:
            draw_all(browser, shape, looks, options.only)
        browser.close()
    print(f"{write_index()} pictures; look at {(FOLDER / 'index.html').relative_to(ROOT)}")


if __name__ == "__main__":
    main()
