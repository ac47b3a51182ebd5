"""People at work while something happens to the product: so many requests a second, and what came of each."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape

import requests
from django.db import connections

from accounts.models import Account
from tests.soak import Measure
from tests.soak.site import Visitor

PAGES = ("/accounts/", "/groups/", "/roles/", "/me/")
NOTHING, ALL = "Nothing was saved.", "Your last step was saved"
UNKNOWN = "Nobody can tell yet whether your last step was saved."
BROWSERS = 8


@dataclass(frozen=True, slots=True)
class Deed:
    """One request: when it began, how long it took, what was answered; the address that it invites."""

    at: float
    seconds: float
    status: int
    said: str = ""
    email: str = ""


@dataclass
class Load:
    """Reads and writes in turn; `mark` tells its people from those of other runs."""

    site: Callable[[], str]
    account: Account
    mark: str
    rate: float = 20
    deeds: list[Deed] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.numbers, self.lock = itertools.count(1), threading.Lock()

    def visitor(self) -> Visitor:
        """Return a browser that has the form open."""
        found = Visitor(self.site(), self.account)
        found.open("/accounts/add/")
        return found

    def work(self) -> None:
        """Be one browser: take the next number, wait for its moment, do what it stands for."""
        visitor = Visitor(self.site(), self.account)
        while not self.stop.is_set():
            with self.lock:
                number = next(self.numbers)
            self.stop.wait(max(0.0, self.begin + number / self.rate - time.monotonic()))
            visitor.site = self.site()
            if number % 2 or not visitor.token:
                path = "/accounts/add/" if not visitor.token else PAGES[number // 2 % len(PAGES)]
                self.deeds.append(self.read(visitor, path))
            else:
                self.deeds.append(self.write(visitor, f"p{number}{self.mark}"))
        connections.close_all()

    def read(self, visitor: Visitor, path: str) -> Deed:
        token = visitor.token
        deed = self.timed(lambda: visitor.open(path))
        # A form's token is good for as long as its browser keeps the cookie.
        visitor.token = token or visitor.token
        return deed

    def write(self, visitor: Visitor, email: str) -> Deed:
        return self.timed(
            lambda: visitor.send(
                "/accounts/add/", email=email, first_name="Pia", last_name="Person", invite="on"
            ),
            email,
        )

    def timed(self, step: Callable[[], requests.Response], email: str = "") -> Deed:
        at = time.monotonic()
        try:
            answer = step()
        except requests.RequestException as error:
            return Deed(at, time.monotonic() - at, 0, repr(error), email)
        said = unescape(answer.text) if answer.status_code >= 400 else ""
        return Deed(at, time.monotonic() - at, answer.status_code, said, email)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Work in the background until the block ends."""
        self.begin = time.monotonic()
        threads = [threading.Thread(target=self.work, daemon=True) for _ in range(BROWSERS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(120)
            self.took = time.monotonic() - self.begin

    def statuses(self) -> dict[int, int]:
        return dict(sorted(Counter(deed.status for deed in self.deeds).items()))

    def said_wrongly(self, there: set[str]) -> list[Deed]:
        """Return the writes whose answer isn't true of the accounts that are there."""
        return [deed for deed in self.deeds if deed.email and not is_true(deed, deed.email in there)]

    def measures(self, there: set[str], allowed: set[int]) -> Iterator[Measure]:
        """Tell what was answered, and whether it was true."""
        real = len(self.deeds) / self.took
        yield Measure(
            "requests a second; answers", f"{self.rate:g}", f"{real:.0f}; {self.statuses()}", holds=True
        )
        odd = [f"{deed.status} {deed.said[:80]}" for deed in self.deeds if deed.status not in allowed]
        yield Measure(f"answers other than {sorted(allowed)}", 0, odd[:3] or 0, not odd)
        bare = sum("Traceback" in deed.said or "Not available" not in deed.said for deed in self.faults())
        yield Measure("503 without its page, or with a trace", 0, bare, bare == 0)
        wrong = self.said_wrongly(there)
        yield Measure("answers about what was saved that aren't true", 0, len(wrong), not wrong)
        unknown = sum(UNKNOWN in deed.said for deed in self.faults())
        yield Measure(
            "of the 503, those that can't know", "few", f"{unknown} of {len(self.faults())}", holds=True
        )

    def faults(self) -> list[Deed]:
        return [deed for deed in self.deeds if deed.status == 503]


def is_true(deed: Deed, there: bool) -> bool:
    """Return whether what was answered agrees with what is there."""
    if deed.status in {200, 302}:
        return there == (deed.status == 302)
    if ALL in deed.said:
        return there
    return not there if NOTHING in deed.said else True


def percentile(deeds: list[Deed], part: float = 0.95) -> float:
    """Return the seconds that so large a part of the requests didn't exceed."""
    times = sorted(deed.seconds for deed in deeds)
    return times[min(len(times) - 1, int(len(times) * part))] if times else 0.0
