"""A table of 5,000 people is cut off again and again: whole lines, and the same file finishes it."""

import random
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from accounts.importing import TOGETHER
from accounts.models import Account
from adminrights.models import OutgoingMail, Unit
from tests.factories import UnitFactory
from tests.soak import Measure, run, times
from tests.soak.site import Process, Site, wait_until
from tests.soak.wholeness import chain, halves

LINES, DEATHS = 5_000, 50
MARK = "@table.example.org"


def table(path: Path, lines: int) -> Path:
    """Write a table of so many people."""
    people = (f"p{number}{MARK},Pia,Person{number}\n" for number in range(lines))
    path.write_text("email,first_name,last_name\n" + "".join(people))
    return path


def came_in() -> int:
    connections.close_all()
    return Account.objects.filter(email__endswith=MARK).count()


@contextmanager
def bringing_in(site: Site, unit: Unit, path: Path) -> Iterator[Process]:
    words = ("manage.py", "invite", "--csv", str(path), "--unit", unit.name, "--verbosity", "0")
    with site.process(sys.executable, *words) as process:
        yield process


def cut_off(site: Site, unit: Unit, path: Path, more: int) -> None:
    """Begin the table and kill it at any moment of the line after so many more."""
    enough = came_in() + more
    with bringing_in(site, unit, path) as process:
        wait_until(lambda: came_in() >= enough or process.running.poll() is not None, 300, "lines come in")
        time.sleep(random.uniform(0, 0.03))
        process.running.kill()
        process.running.wait()


@run("A table that is cut off")
def lines_are_whole(site: Site, scale: float) -> Iterable[Measure]:
    """Kill -9 in a table at random moments, look at what came in, begin it again."""
    # Lines come in by the hundred: of fewer than these, all would be there before the first death.
    deaths, lines, broken = times(DEATHS, scale), max(times(LINES, scale), 4 * TOGETHER), 0
    unit, path = UnitFactory(name="Tables"), table(site.folder / "people.csv", lines)
    points, cut = [], 0
    for left in range(deaths, 0, -1):
        still = lines - came_in()
        furthest = min(2 * still // (left + 1), still - 2 * TOGETHER)
        cut_off(site, unit, path, random.randint(1, max(1, furthest)))
        points.append(came_in())
        cut += points[-1] < lines
        broken += len(halves(MARK))
    with bringing_in(site, unit, path) as process:
        code = process.running.wait(1800)
    people = came_in()
    mails = OutgoingMail.objects.filter(address__endswith=MARK).count()
    yield Measure("deaths within the table; lines there at each", deaths, f"{cut}; {points[:3]} …", cut > 0)
    yield Measure("lines that were there by halves", 0, broken, broken == 0)
    yield Measure("exit code of the same file, once it ran through", 0, code, code == 0)
    finished = people == mails == lines and not halves(MARK)
    yield Measure("people, mails; each of them whole", f"{lines} of each", f"{people}, {mails}", finished)
    yield chain()
