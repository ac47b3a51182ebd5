"""How soon a page stands in a browser, and whether it moves: headless Chromium on a slowed processor."""

from functools import cache
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from tests.bench.serving import ADDRESS, cookie_of, fetched, served
from tests.browser.chromium import find_chromium

# As of a simple telephone.
SLOWER, TRIES, WARMING = 4, 3, 8
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
# What the browser itself noted, also of the time before it was asked.
NOTED = """() => new Promise(done => {
    const found = {painted: 0, moved: 0};
    new PerformanceObserver(list => list.getEntries().forEach(each => { found.painted = each.startTime; }))
        .observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver(list => list.getEntries().forEach(each => { found.moved += each.value; }))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(found), 500);
})"""


class Painted(NamedTuple):
    """Seconds until the largest part of a page was painted, and by how much parts moved afterwards."""

    seconds: float
    moved: float


@cache
def painted(
    application: tuple[str, ...], account: Any, url: str, settings: tuple[tuple[str, str], ...]
) -> Painted:
    """Open the page some times as on the first visit; return the middle of the times, the most that moved."""
    name, _is, value = cookie_of(account).partition("=")
    found: list[Painted] = []
    with served(application, **dict(settings)) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        # A process that has just come up knows no template yet; that isn't what is measured.
        for _ in range(WARMING):
            fetched(port, url, f"{name}={value}")
        for _ in range(TRIES):
            context = browser.new_context()
            context.add_cookies([{"name": name, "value": value, "url": f"http://{ADDRESS}:{port}"}])
            page = context.new_page()
            slow = context.new_cdp_session(page)
            slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(f"http://{ADDRESS}:{port}{url}", wait_until="load")
            noted = page.evaluate(NOTED)
            found.append(Painted(noted["painted"] / 1e3, noted["moved"]))
            context.close()
        browser.close()
    return Painted(sorted(found)[TRIES // 2].seconds, max(each.moved for each in found))
