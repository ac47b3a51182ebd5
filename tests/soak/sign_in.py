"""Signing in on the real server: codes work once, a clock tells nothing, and others don't wait for it."""

import random
import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import requests
from django.contrib.auth.hashers import make_password
from django.db import connections

from accounts.models import Account
from accounts.services.factors import make_codes
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from tests.accounts.authenticator import code_of, with_app
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.soak import Measure, run, times
from tests.soak.site import Site, Visitor, at_once

SIGN_IN, CODE, RESET = "/sign-in/", "/sign-in/code/", "/password/reset/"
# Each request comes from a place of its own, as the proxy in front would say.
BEHIND_A_PROXY = {"TRUSTED_PROXIES": "1"}
AS_IN_PRODUCTION = ("--config", "python:adminrights.server")
AT_A_TIME, MOST_WRONG = 4, 8


def person(unit: Unit, stored: str, **values: Any) -> Account:
    """Return an account whose password rests in this form."""
    account: Account = AccountFactory(unit=unit, **values)
    with change(Event.PASSWORD_REHASHED, actor=SYSTEM, target=account) as c:
        c.update(account, password=stored)
    return account


def browser(site: str, path: str = SIGN_IN) -> Visitor:
    visitor = Visitor(site)
    move(visitor)
    visitor.open(path)
    return visitor


def move(visitor: Visitor) -> None:
    """Let the browser come from another place."""
    visitor.session.headers["X-Forwarded-For"] = f"198.18.{random.randrange(256)}.{random.randrange(1, 255)}"


def let_in(site: str, account: Account, make: Callable[[], str]) -> int:
    """Return how many of eight browsers at once the code lets in."""
    visitors = [browser(site) for _ in range(8)]
    words = {"email": account.email, "password": PASSWORD}
    for answer, visitor in zip(
        at_once([partial(visitor.send, SIGN_IN, **words) for visitor in visitors]), visitors, strict=True
    ):
        visitor.open(answer.headers["Location"])
    code = make()
    sent = at_once([partial(visitor.send, CODE, code=code) for visitor in visitors])
    return sum(status(answer) == 302 for answer in sent)


@run("Sign-in: one code, four processes")
def codes_work_once(site: Site, scale: float) -> Iterable[Measure]:
    """Eight browsers that know the password send the same code at the same moment."""
    rounds, unit, stored = times(25, scale), UnitFactory(name="Codes"), make_password(PASSWORD)
    wins: dict[str, Counter[int]] = {"the app": Counter(), "recovery": Counter()}
    with site.web("--workers", "4", "--threads", "2", **BEHIND_A_PROXY) as (address, _web):
        for number in range(2 * rounds):
            # Each code has a person of its own: the wrong ones of one round count against the account.
            account, kind = person(unit, stored), list(wins)[number % 2]
            secret = with_app(account)
            recovery = make_codes(account)[0]
            # Made when it is sent: a code of the app is good for a minute.
            code = partial(code_of, secret) if kind == "the app" else partial(str, recovery)
            wins[kind][let_in(address, account, code)] += 1
    for kind, counted in wins.items():
        name = f"rounds of 8 in which a code of {kind} let exactly one in"
        yield Measure(name, rounds, counted[1], counted[1] == rounds)


def addresses(unit: Unit, number: int) -> dict[str, list[str]]:
    """Return addresses of each kind of person, as many as are tried so often that no account is locked."""
    today, before = make_password(PASSWORD), make_password(PASSWORD, hasher="pbkdf2_sha256")
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "active": (today, {}),
        "pending": (make_password(None), {"status": "pending"}),
        "disabled": (today, {"status": "disabled", "confirmed": True}),
        "old form": (before, {}),
    }
    people = {
        kind: [person(unit, stored, **values).email for _ in range(-(-number // MOST_WRONG))] * MOST_WRONG
        for kind, (stored, values) in forms.items()
    }
    return {"unknown": [f"{secrets.token_hex(6)}@example.org" for _ in range(number)], **people}


def timed(step: Callable[[], object]) -> list[float]:
    """Return how long the step took; nothing where the server cut it off, for that is no answer."""
    began = time.perf_counter()
    try:
        step()
    except requests.RequestException:
        return []
    return [time.perf_counter() - began]


def took(
    site: str, path: str, tries: Sequence[dict[str, str]], more: dict[str, str]
) -> dict[str, list[float]]:
    """Send the tries, each with one address of every kind in any order; return how long each kind took."""
    found: dict[str, list[float]] = {kind: [] for kind in tries[0]}

    def work(share: Sequence[dict[str, str]]) -> None:
        visitor = browser(site, path)
        for each in share:
            for kind in random.sample(list(each), len(each)):
                move(visitor)
                found[kind] += timed(partial(visitor.send, path, email=each[kind], **more))

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(work, [tries[start::AT_A_TIME] for start in range(min(AT_A_TIME, len(tries)))]))
    return found


def compared(name: str, found: dict[str, list[float]], rounds: int) -> Iterable[Measure]:
    usual = statistics.median(found["unknown"])
    cut = rounds * len(found) - sum(map(len, found.values()))
    yield Measure(f"{name}: requests that were cut off", 0, cut, cut == 0)
    for kind, seconds in found.items():
        median = statistics.median(seconds)
        apart = abs(median - usual) / usual
        told = f"{1000 * median:.1f} ms, {100 * apart:.2f} % apart"
        yield Measure(f"{name}: median for {kind}", "<= 5 % apart", told, apart <= 0.05)


@run("Sign-in: what a clock tells")
def no_clock_tells(site: Site, scale: float) -> Iterable[Measure]:
    """Wrong passwords and asked resets for everybody, in turns, with the real hasher and the real pace."""
    rounds, unit = times(200, scale), UnitFactory(name="Clocks")
    people = addresses(unit, rounds)
    tries = [{kind: found[number] for kind, found in people.items()} for number in range(rounds)]
    with site.web(*AS_IN_PRODUCTION, **BEHIND_A_PROXY) as (address, _web):
        found = took(address, SIGN_IN, tries, {"password": "wrong horse"})
        yield from compared("wrong password", found, rounds)
        yield from compared("new password asked for", took(address, RESET, tries, {}), rounds)


def page_times(site: str, account: Account, stop: threading.Event) -> list[float]:
    """Read a page again and again, and return how long that took."""
    visitor, found = Visitor(site, account), list[float]()
    try:
        while not stop.is_set():
            found += timed(partial(visitor.open, "/accounts/"))
    finally:
        connections.close_all()
    return found


def beside(site: str, readers: Sequence[Account], step: Any) -> list[float]:
    """Return how long pages took that were read while the step was done."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(readers)) as pool:
        reading = [pool.submit(page_times, site, account, stop) for account in readers]
        step()
        stop.set()
        return [seconds for each in reading for seconds in each.result()]


def p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] if seconds else 0.0


@run("Sign-in: fifty at once beside other pages")
def others_go_on(site: Site, scale: float) -> Iterable[Measure]:
    """Half with the right password, half with a wrong one, while four people read the list of accounts."""
    rounds, unit, stored = times(10, scale), UnitFactory(name="Morning"), make_password(PASSWORD)
    people = [person(unit, stored) for _ in range(50)]
    readers = [AccountFactory(unit=unit, levels={"admin_rights": 1}) for _ in range(4)]
    answers: Counter[int] = Counter()

    def crowd(site: str, turn: int) -> None:
        visitors = [browser(site) for _ in people]
        words = [PASSWORD if (number + turn) % 2 else "wrong horse" for number in range(len(people))]
        steps = [
            partial(visitor.send, SIGN_IN, email=each.email, password=word)
            for visitor, each, word in zip(visitors, people, words, strict=True)
        ]
        before.extend(beside(site, readers, lambda: time.sleep(2)))
        during.extend(beside(site, readers, lambda: answers.update(map(status, at_once(steps)))))

    before: list[float] = []
    during: list[float] = []
    with site.web(*AS_IN_PRODUCTION, **BEHIND_A_PROXY) as (address, _web):
        for turn in range(rounds):
            crowd(address, turn)
    yield Measure("p95 of a page without them", "", f"{1000 * p95(before):.0f} ms", holds=True)
    slow = p95(during)
    yield Measure("p95 of a page beside them", "<= 1 s", f"{1000 * slow:.0f} ms of {len(during)}", slow <= 1)
    told = ", ".join(f"{status}: {number}" for status, number in sorted(answers.items()))
    yield Measure("answers to sign-ins", "302 and 422", told, set(answers) <= {302, 422})


def status(answer: Any) -> int:
    return int(getattr(answer, "status_code", 0))
