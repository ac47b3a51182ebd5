"""Draw every screen of a fresh demo in every theme and width: `make gallery ARGS="--only why --widths 360"`.

They go to .local/gallery or --folder, with a page to look through them; the README's picture goes to docs/.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.conftest import ARGUMENTS
from tests.browser.screens import FIRST, REFUSALS, SCREENS, WORKSHOP_PORT

ROOT = Path(__file__).parents[2]
FOLDER = Path(".local") / "gallery"
PORT = 8765
WIDTHS = (1280, 768, 360)
Looks = Sequence[tuple[int, str]]
HEIGHT = 800
# What each theme asks of static/js/display.js.
THEMES = {"light": ("light", "system"), "dark": ("dark", "system"), "contrast": ("light", "more")}
README_PICTURE = ("accounts", 1280, "light")
# On a picture of the whole page nothing is scrolled: what sticks to the window's edge would lie over the
# rest, and what is as high as the window would end in the middle.
UNSTICK = """() => {
  for (const each of document.querySelectorAll("body *")) {
    if (getComputedStyle(each).position !== "sticky") continue;
    Object.assign(each.style, { position: "relative", inset: "auto" });
    if (each.matches(".sidebar")) Object.assign(each.style, { height: "auto", overflow: "visible" });
  }
  // What has the focus scrolls the page, and what waits above its edge would be drawn within it.
  scrollTo(0, 0);
}"""


@contextmanager
def demo(shape: str) -> Iterator[list[dict[str, Any]]]:
    """Run a fresh demo in a folder of its own and yield its personas."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"http://127.0.0.1:{PORT}"
        env = {name: value for name, value in os.environ.items() if name != "DEBUG"} | {
            "DEMO": "1",
            "BASE_URL": address,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "MAILBOX_DIR": f"{folder}/mailbox",
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
        subprocess.run([*manage, "send_mail", "--once"], env=env, check=True, stdout=subprocess.DEVNULL)
        # Only a workshop has a design page; everywhere else the pages for errors are the product's own.
        servers = [serve(PORT, env), serve(WORKSHOP_PORT, env | {"DEBUG": "1"})]
        try:
            time.sleep(3)
            yield json.loads(told.stdout)["personas"]
        finally:
            for server in servers:
                server.terminate()
                server.wait()


def serve(port: int, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    bind = ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "warning"]
    return subprocess.Popen([sys.executable, "-m", "gunicorn", *bind, "adminrights.wsgi"], env=env, cwd=ROOT)


def sign_in(page: Page, persona: dict[str, Any]) -> None:
    """Sign in as a person would."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(persona["email"])
    page.get_by_label("Password").fill(persona["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def first_ones(page: Page, screens: Collection[str]) -> dict[str, str]:
    """Return what stands in the addresses: the first thing of each list that has one."""
    wanted = {name for address in screens for name in re.findall(r"{(\w+)}", address)}
    found = {name: first_one(page, FIRST[name]) for name in sorted(wanted)}
    return {name: first for name, first in found.items() if first}


def first_one(page: Page, listed: str) -> str:
    page.goto(listed)
    kind = re.split("[?#]", listed)[0]
    links = page.locator(f"main a[href^='{kind}']").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    below = [link.removeprefix(kind).strip("/") for link in links]
    if listed.endswith("#last"):
        below.reverse()
    return next((each for each in below if re.fullmatch(r"\d+|[\w.-]{16,}", each)), "")


def draw(page: Page, screens: Mapping[str, str], folder: Path, width: int, theme: str) -> None:
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
        if (name, width, theme) == README_PICTURE and folder == ROOT / FOLDER:
            page.screenshot(path=ROOT / "docs" / "all-accounts.png")
        page.evaluate(UNSTICK)
        page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)


def chosen_of(shape: str, only: Collection[str]) -> dict[str, dict[str, str]]:
    """Return who looks at what of one demo; of it the screens alone whose name has one of the words."""
    return {
        who: {name: path for name, path in screens.items() if not only or any(word in name for word in only)}
        for who, screens in SCREENS[shape].items()
    }


def draw_all(
    browser: Browser, shape: str, chosen: Mapping[str, dict[str, str]], looks: Looks, folder: Path
) -> None:
    """Draw what each person of one demo sees."""
    with demo(shape) as personas:
        for width, theme in looks:
            for who, screens in chosen.items():
                if not screens:
                    continue
                page = new_page(browser, width, theme)
                if who:
                    sign_in(page, next(each for each in personas if who in {each["role"], "anybody"}))
                draw(page, screens, folder, width, theme)
                page.context.close()


def new_page(browser: Browser, width: int, theme: str) -> Page:
    colours, contrast = THEMES[theme]
    size: Any = {"width": width, "height": HEIGHT}
    usual: Any = {"reduced_motion": "reduce", "locale": "en-GB", "timezone_id": "UTC"}
    context = browser.new_context(base_url=f"http://127.0.0.1:{PORT}", viewport=size, **usual)
    stored = f"localStorage.setItem('theme', '{colours}'); localStorage.setItem('contrast', '{contrast}')"
    context.add_init_script(f"try {{ {stored} }} catch {{}}")
    return context.new_page()


def write_index(folder: Path) -> int:
    """Write the page that shows all pictures, a screen a row; return how many there are."""
    pictures = sorted(path.name for path in folder.glob("*.png"))
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
    (folder / "index.html").write_text("\n".join(parts))
    return len(pictures)


def main() -> None:
    """Draw what was asked for and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.gallery", description=__doc__)
    parser.add_argument(
        "--only", nargs="*", default=[], help="only screens whose name has one of these words"
    )
    parser.add_argument("--widths", nargs="*", type=int, default=WIDTHS)
    parser.add_argument("--themes", nargs="*", choices=THEMES, default=list(THEMES))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    options = parser.parse_args()
    # A folder of one's own counts from where one is, the usual one from the project.
    folder = ROOT / FOLDER if options.folder == FOLDER else options.folder
    folder.mkdir(parents=True, exist_ok=True)
    looks = [(width, theme) for width in options.widths for theme in options.themes]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for shape in SCREENS:
            chosen = chosen_of(shape, options.only)
            if any(chosen.values()):
                draw_all(browser, shape, chosen, looks, folder)
        browser.close()
    print(f"{write_index(folder)} pictures; look at {options.folder / 'index.html'}")


if __name__ == "__main__":
    main()
