"""What the product is to reach: ratios, so that they hold on any machine. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.bench.results import OURS, Run

SHARES = ("20 people", "28 %", "69 %", "93 %")
PAGES = ("first page", "by status", "by group", "last page")
LISTS = [f"All Accounts, {page}" for page in PAGES]
WITH_FILTER = "All Accounts, first page, with a filter by group"
EVERY_PAGE = [
    *LISTS,
    "search, one hit",
    "search, many hits",
    "account page",
    "account form",
    "group page",
    "role page",
    "my access",
]
FIRST = LISTS[0]


Find = Callable[[Run], float]


@dataclass(frozen=True)
class Target:
    """What is found in a run must be at most the limit, or `least` so much. PostgreSQL may have its own."""

    words: str
    find: Find
    limit: float
    postgresql: float | None = None
    least: bool = False
    unit: str = "×"

    def limit_on(self, database: str) -> float:
        return self.postgresql if self.postgresql is not None and database == "postgresql" else self.limit

    def met(self, found: float, database: str) -> bool:
        limit = self.limit_on(database)
        return found >= limit if self.least else found <= limit


@dataclass(frozen=True)
class Judged:
    """A target and what was found."""

    target: Target
    found: float
    limit: float
    met: bool


def judge(run: Run) -> Iterator[Judged]:
    """Yield every target of which everything was measured."""
    for target in TARGETS:
        try:
            found = target.find(run)
        except KeyError:
            continue
        limit = target.limit_on(run.database)
        yield Judged(target, found, limit, target.met(found, run.database))


def beside(name: str, world: str, other: str = "") -> Find:
    return lambda run: run.time(name) / run.time(other or name, world)


def among(name: str, other: str) -> Find:
    return lambda run: run.time(name) / run.time(other)


def growth(name: str) -> Find:
    """Return our median over that of the smallest organisation."""
    return lambda run: run.time(name) / run.small().time(name)


def statements(name: str) -> Find:
    return lambda run: run.result(name).queries


def tail(name: str) -> Find:
    return lambda run: run.result(name).p99 / run.time(name)


def _decisions() -> Iterator[Target]:
    cold, again = "decision, nothing cached", "decision, again"
    yield Target("decision, nothing cached / Django's has_perm", beside(cold, "stock"), 1 / 15, 1 / 10)
    yield Target("decision, nothing cached, growth", growth(cold), 1.3)
    yield Target("decision, again / Django's warm has_perm", beside(again, "stock"), 1)
    yield Target("a page, guarded / unguarded", among("a page, guarded", "a page"), 1.15)
    name = "effective set"
    yield Target("effective set / Django's get_all_permissions", beside(name, "stock"), 1 / 5)
    name_of_page = "effective sets of a page"
    yield Target("effective sets of 100 / Django, 100 times", beside(name_of_page, "stock"), 1 / 50)
    yield Target("why / its decision", among("why", cold), 2)


def _who_can() -> Iterator[Target]:
    for share in SHARES:
        count, page = f"who can, count: {share}", f"who can, page: {share}"
        words = f"who can, held by {share}"
        yield Target(f"{words}: count / guardian's", beside(count, "guardian"), 1 / 50)
        yield Target(f"{words}: page / guardian's", beside(page, "guardian"), 1 / 5)


def _lists() -> Iterator[Target]:
    for name in (FIRST, LISTS[1], LISTS[3]):
        yield Target(f"{name} / changelist", beside(name, "stock"), 0.3)
    words = "/ changelist with its group filter"
    yield Target(f"{FIRST} {words}", beside(FIRST, "stock", WITH_FILTER), 0.2)
    yield Target(f"{LISTS[2]} {words}", beside(LISTS[2], "stock"), 0.2)
    yield Target("All Accounts, last page / first page", among(LISTS[3], FIRST), 1.1)
    yield Target("All Accounts, growth", growth(FIRST), 1.2)
    most = "All Accounts, most statements"
    yield Target(most, lambda r: max(r.result(name).queries for name in LISTS), 6, unit="")
    for hits, limit in (("one hit", 0.1), ("many hits", 0.2)):
        name = f"search, {hits}"
        yield Target(f"{name} / changelist's", beside(name, "stock"), limit)
    yield Target(
        "searches that read every account", lambda r: r.number("search reads every account"), 0, unit=""
    )


def _pages() -> Iterator[Target]:
    form = "account form"
    yield Target("account form / admin's", beside(form, "stock"), 0.15)
    size = "account form, bytes / admin's"
    yield Target(size, lambda r: r.result(form).size / r.result(form, "stock").size, 0.3)
    for name, limit in (("group page", 8), ("role page", 10)):
        yield Target(f"{name}, statements", statements(name), limit, unit="")
        yield Target(f"{name}, growth", growth(name), 2)
    yield Target("my access, growth", growth("my access"), 2)
    for name in EVERY_PAGE:
        yield Target(f"{name}, p99 / median", tail(name), 1.5)


def _changes() -> Iterator[Target]:
    small, large = "role change, group of 20", "role change, large group"
    yield Target("role change, large group / group of 20", among(large, small), 1.2)
    old = "old answers after a role change"
    yield Target(old, lambda r: r.number(old), 0, unit="")
    yield Target("impact preview / (2 × count by SQL + 0.5 s)", _preview, 1)
    for name in ("import preview", "import"):
        yield Target(f"{name}, people a second", partial(_number, name), 400, least=True, unit="")
    yield Target("import, growth of memory, MB", lambda r: r.number("import, growth of memory"), 10, unit="")
    yield Target(
        "a twentieth of the people into a group, s", lambda r: r.time("people into a group"), 3, unit=""
    )


def _number(name: str, run: Run) -> float:
    return run.number(name)


def _preview(run: Run) -> float:
    return run.time("impact preview") / (2 * run.time("impact preview", "written") + 0.5)


def _server() -> Iterator[Target]:
    rate = "requests a second"
    words = "requests a second of All Accounts / changelist"
    yield Target(words, lambda r: r.number(rate, OURS) / r.number(rate, "stock"), 4, least=True)
    yield Target("memory of the policy, MB", lambda r: r.number("memory of the policy"), 40, unit="")
    yield Target("page weight of All Accounts, kB", lambda r: r.number("page weight"), 150, unit="")
    yield Target("largest paint of All Accounts, s", lambda r: r.number("largest paint, s"), 1, unit="")
    yield Target("layout shift of All Accounts", lambda r: r.number("layout shift"), 0, unit="")


TARGETS = [*_decisions(), *_who_can(), *_lists(), *_pages(), *_changes(), *_server()]
