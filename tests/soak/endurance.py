"""A hundred thousand requests: the last need no more memory than the first."""

import http.client
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from accounts.models import Account
from tests.factories import AccountFactory, UnitFactory
from tests.soak import Measure, run, times
from tests.soak.site import Process, Site, Visitor

REQUESTS, PARTS, BROWSERS, MOST_MEGABYTES = 100_000, 10, 6, 50
# Most are cheap, so that there can be many; every page of weight comes round.
HEAVY = ("/accounts/", "/accounts/add/", "/groups/", "/roles/", "/me/", "/log/", "/mail/", "/nowhere/")
CHEAP, RARE = "/sign-in/", 16


def megabytes(pid: int) -> float:
    """Return the memory that a process has for itself alone."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(map(int, re.findall(r"^Private_\w+: +(\d+) kB", text, re.MULTILINE))) / 1024


def ask(address: str, account: Account, numbers: Iterable[int]) -> Counter[int]:
    """Make requests over one connection, as fast as they are answered."""
    cookie = Visitor(address, account).session.cookies[settings.SESSION_COOKIE_NAME]
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    host, statuses = address.removeprefix("http://"), Counter[int]()
    connection = http.client.HTTPConnection(host, timeout=120)
    for number in numbers:
        heavy = number % RARE == 0
        path = HEAVY[number // RARE % len(HEAVY)] if heavy else f"{CHEAP}?{number}"
        try:
            connection.request("GET", path, headers=headers if heavy else {})
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
        except (OSError, http.client.HTTPException):
            # The server may close a connection that it kept open: it is opened anew.
            connection.close()
            statuses[0] += 1
    connection.close()
    return statuses


def ask_together(address: str, account: Account, number: int) -> Counter[int]:
    hands = [range(first, number, BROWSERS) for first in range(BROWSERS)]
    with ThreadPoolExecutor(BROWSERS) as pool:
        found = pool.map(lambda hand: ask(address, account, hand), hands)
        return sum(found, Counter[int]())


def memory(web: Process) -> list[float]:
    return [megabytes(pid) for pid in web.children()]


@run("A hundred thousand requests")
def memory_stays(site: Site, scale: float) -> Iterable[Measure]:
    """Warm up, then compare what each worker holds for itself before and after."""
    number = times(REQUESTS, scale)
    account = AccountFactory(unit=UnitFactory(name="Endurance"), levels={"admin_rights": 2})
    # The product ends its processes after 20,000 requests each: here they go on.
    with site.product("--max-requests", "0") as (address, web):
        ask_together(address, account, max(500, number // 50))
        before, workers = memory(web), web.children()
        begin, statuses = time.monotonic(), Counter[int]()
        for _ in range(PARTS):
            statuses += ask_together(address, account, number // PARTS)
            after = memory(web)
            print(f"{statuses.total()} requests: {after} MB", file=sys.stderr, flush=True)
        took, same = time.monotonic() - begin, workers == web.children()
    grown = max(late - early for early, late in zip(before, after, strict=True))
    shown = f"{statuses.total()}; {statuses.total() / took:.0f}"
    yield Measure("requests; a second", number, shown, statuses.total() >= number - PARTS)
    yield Measure("the same processes to the end", "yes", "yes" if same else "no", same)
    shown = f"{min(before):.0f} … {max(before):.0f}, then {min(after):.0f} … {max(after):.0f} MB"
    yield Measure("a worker's own memory", "", shown, holds=True)
    yield Measure("growth of a worker", f"< {MOST_MEGABYTES} MB", f"{grown:.1f} MB", grown < MOST_MEGABYTES)
    odd = {status: count for status, count in statuses.items() if status not in {200, 404}}
    yield Measure("answers other than the page", 0, odd or 0, not any(status >= 500 for status in odd))
