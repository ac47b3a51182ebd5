"""What people do at their browsers all day: mostly look, sometimes change something."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

import requests
from django.db import connections

from accounts.models import Account
from tests.soak.site import Visitor

SAVED = ", saved"
_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """Where they do it: the organisation's numbers, and what can be asked about."""

    people: list[int]
    groups: list[int]
    roles: list[int]
    permissions: list[str]
    pages: int


class Deed(NamedTuple):
    """One request: what it was for, its seconds, and its answer; 0 where there was none."""

    kind: str
    seconds: float
    status: int


@dataclass
class Browser:
    """A browser in which one person is signed in. It sends one request after the other, without a pause."""

    visitor: Visitor
    place: Place
    random: random.Random
    until: float
    deeds: list[Deed] = field(default_factory=list)

    def work(self, steps: list["Step"]) -> None:
        weights = [step.weight for step in steps]
        while time.perf_counter() < self.until:
            (step,) = self.random.choices(steps, weights)
            step.act(self, step.name)
        connections.close_all()

    def open(self, kind: str, path: str) -> bool:
        """Open a page; return whether it is there."""
        return self._timed(kind, lambda: self.visitor.open(path)) == 200

    def save(self, kind: str, path: str, **form: str) -> None:
        """Send the form of the page that is open."""
        opened = self.visitor.value("opened")
        values = {"opened": opened, **form} if opened else form
        self._timed(f"{kind}{SAVED}", lambda: self.visitor.send(path, **values))

    def any(self, numbers: list[int]) -> int:
        return self.random.choice(numbers)

    def _timed(self, kind: str, step: Callable[[], requests.Response]) -> int:
        began, status = time.perf_counter(), 0
        with suppress(requests.RequestException):
            status = step().status_code
        self.deeds.append(Deed(kind, time.perf_counter() - began, status))
        return status


class Step(NamedTuple):
    """Something that is done so often in a hundred."""

    name: str
    weight: int
    act: Callable[[Browser, str], object]


def _list(browser: Browser, kind: str) -> object:
    return browser.open(kind, f"/accounts/?page={browser.random.randint(1, browser.place.pages)}")


def _search(browser: Browser, kind: str) -> object:
    return browser.open(kind, f"/accounts/?q=-{browser.random.randint(10, 999)}")


def _account(browser: Browser, kind: str) -> object:
    return browser.open(kind, f"/accounts/{browser.any(browser.place.people)}/")


def _group(browser: Browser, kind: str) -> object:
    return browser.open(kind, f"/groups/{browser.any(browser.place.groups)}/")


def _role(browser: Browser, kind: str) -> object:
    return browser.open(kind, f"/roles/{browser.any(browser.place.roles)}/")


def _who(browser: Browser, kind: str) -> object:
    return browser.open(kind, f"/permissions/{browser.random.choice(browser.place.permissions)}/who/")


def _details(browser: Browser, kind: str) -> None:
    number = browser.any(browser.place.people)
    path = f"/accounts/{number}/details/"
    if browser.open(kind, path):
        names = {name: browser.visitor.value(name) for name in ("first_name", "last_name", "email")}
        browser.save(kind, path, **names, phone=f"+1 {browser.random.randint(100, 999_999)}")


def _member(browser: Browser, kind: str) -> None:
    path = f"/groups/{browser.any(browser.place.groups)}/"
    if browser.open(kind, path):
        what = browser.random.choice(("add", "remove"))
        browser.save(kind, f"{path}members/{what}/", account=str(browser.any(browser.place.people)))


def _invitation(browser: Browser, kind: str) -> None:
    if browser.open(kind, "/accounts/add/"):
        email = f"load{next(_numbers)}.{browser.random.getrandbits(40)}@bench.example"
        browser.save(kind, "/accounts/add/", email=email, first_name="Lo", last_name="Ad", invite="on")


STAFF = [
    Step("My access", 75, lambda browser, kind: browser.open(kind, "/me/")),
    Step(
        "Why, about oneself",
        25,
        lambda browser, kind: browser.open(
            kind, f"/me/access/{browser.random.choice(browser.place.permissions)}/"
        ),
    ),
]
ADMINISTRATORS = [
    Step("All Accounts", 32, _list),
    Step("search", 18, _search),
    Step("account", 18, _account),
    Step("group", 8, _group),
    Step("role", 6, _role),
    Step("who can", 6, _who),
    Step("details form", 5, _details),
    Step("member form", 4, _member),
    Step("invitation form", 3, _invitation),
]


def traffic(site: str, place: Place, who: list[tuple[Account, list[Step]]], seconds: float) -> list[Deed]:
    """Let so many browsers work at once for so long, and return everything that they did."""
    until = time.perf_counter() + seconds
    browsers = [
        (Browser(Visitor(site, account), place, random.Random(number), until), steps)
        for number, (account, steps) in enumerate(who)
    ]
    threads = [threading.Thread(target=each.work, args=(steps,), daemon=True) for each, steps in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return [deed for each, _steps in browsers for deed in each.deeds]
