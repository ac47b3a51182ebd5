"""Ten minutes of everything at once: people, groups, roles, rights. No step ends with a fault."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

import requests
from django.db import connection, connections

from accounts.models import Account
from groups.models import Group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.soak import Measure, run
from tests.soak.site import Site, Visitor
from tests.soak.wholeness import chain

SECONDS, HANDS, FEW = 600, 8, 6
MODULES = ("customers", "campaigns")


class Hand(threading.Thread):
    """An administrator who does one thing after the other to the few things that all the others work on."""

    def __init__(self, site: str, account: Account, until: float) -> None:
        super().__init__(daemon=True)
        self.visitor, self.until = Visitor(site, account), until
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.faults: list[str] = []

    def run(self) -> None:
        random_ = random.Random()
        while time.monotonic() < self.until:
            step = random_.choice(STEPS)
            try:
                answer = step(self, random_)
            except requests.RequestException as error:
                self.faults.append(f"{step.__name__}: {error!r}"[:200])
                continue
            self.statuses[step.__name__, answer.status_code] += 1
            if answer.status_code >= 500:
                self.faults.append(f"{step.__name__}: {answer.status_code}")
        connections.close_all()

    def press(self, page: str, path: str, **data: str) -> requests.Response:
        """Send a small form of another page."""
        self.visitor.open(page)
        return self.visitor.send(path, **data)

    def form(self, path: str, **data: str | list[str]) -> requests.Response:
        """Open the page and send its form."""
        page = self.visitor.open(path)
        if page.status_code != 200:
            return page
        opened = self.visitor.value("opened")
        return self.visitor.send(path, **({"opened": opened} if opened else {}), **data)


def pick(random_: random.Random, model: type[Group] | type[Role]) -> int:
    numbers = list(model.objects.filter(name__startswith="mixed").values_list("pk", flat=True))
    return random_.choice(numbers)


def somebody(random_: random.Random) -> Account:
    return random_.choice(list(Account.objects.filter(email__endswith="@mixed.example.org")))


def rename_group(hand: Hand, random_: random.Random) -> requests.Response:
    number = pick(random_, Group)
    name = f"Mixed {random_.random()}"
    return hand.form(f"/groups/{number}/edit/", display_name=name, name=f"mixed-{number}", description=name)


def join(hand: Hand, random_: random.Random) -> requests.Response:
    page, account = f"/groups/{pick(random_, Group)}/", str(somebody(random_).pk)
    return hand.press(page, f"{page}members/add/", account=account)


def leave(hand: Hand, random_: random.Random) -> requests.Response:
    page, account = f"/groups/{pick(random_, Group)}/", str(somebody(random_).pk)
    return hand.press(page, f"{page}members/remove/", account=account)


def roles_of_group(hand: Hand, random_: random.Random) -> requests.Response:
    roles = [str(pick(random_, Role)) for _ in range(random_.randint(0, 3))]
    return hand.form(f"/groups/{pick(random_, Group)}/roles/", roles=roles)


def levels_of_group(hand: Hand, random_: random.Random) -> requests.Response:
    level = f"{random_.choice(MODULES)}:{random_.randint(1, 2)}"
    return hand.form(f"/groups/{pick(random_, Group)}/levels/", levels=[level])


def rule(hand: Hand, random_: random.Random) -> requests.Response:
    role = pick(random_, Role)
    return hand.form(f"/roles/{role}/rules/add/", target="contacts", actions=["list"])


def rule_away(hand: Hand, random_: random.Random) -> requests.Response:
    page = f"/roles/{pick(random_, Role)}/"
    return hand.press(page, f"{page}rules/contacts/remove/")


def edit_account(hand: Hand, random_: random.Random) -> requests.Response:
    account = somebody(random_)
    names = {"first_name": "Pia", "last_name": f"Person{random_.randint(1, 9)}", "email": account.email}
    return hand.form(f"/accounts/{account.pk}/details/", **names, phone=f"+1 {random_.randint(100, 999)}")


def disable(hand: Hand, random_: random.Random) -> requests.Response:
    return hand.form(f"/accounts/{somebody(random_).pk}/disable/", reason="mixed")


def reactivate(hand: Hand, random_: random.Random) -> requests.Response:
    page = f"/accounts/{somebody(random_).pk}/"
    return hand.press(page, f"{page}reactivate/", reason="mixed")


def invite(hand: Hand, random_: random.Random) -> requests.Response:
    email = f"p{random_.getrandbits(60)}@new.example.org"
    return hand.form("/accounts/add/", email=email, first_name="Pia", last_name="Person", invite="on")


STEPS: tuple[Callable[[Hand, random.Random], requests.Response], ...] = (
    rename_group, join, leave, roles_of_group, levels_of_group, rule, rule_away, edit_account, disable,
    reactivate, invite,
)  # fmt: skip


def deadlocks() -> int:
    """Return how many deadlocks the server has seen in this database."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@run("Everything at once")
def nothing_blocks(site: Site, scale: float) -> Iterable[Measure]:
    """Eight administrators work on a few groups, roles and accounts."""
    unit = UnitFactory(name="Mixed")
    bosses = [AccountFactory(unit=unit, levels={"admin_rights": 2}) for _ in range(HANDS)]
    for number in range(FEW):
        GroupFactory(unit=unit, display_name=f"Mixed {number}", name=f"mixed-{number}")
        RoleFactory(unit=unit, display_name=f"Mixed {number}", name=f"mixed-{number}")
        AccountFactory(unit=unit, email=f"p{number}@mixed.example.org")
    before = deadlocks()
    with site.product() as (address, _web):
        until = time.monotonic() + SECONDS * scale
        hands = [Hand(address, boss, until) for boss in bosses]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join(SECONDS * scale + 120)
    statuses = sum((hand.statuses for hand in hands), Counter[tuple[str, int]]())
    done = {step.__name__: statuses[step.__name__, 302] for step in STEPS}
    faults = [fault for hand in hands for fault in hand.faults]
    yield Measure(
        "steps; those that were done", "each some", f"{statuses.total()}; {done}", all(done.values())
    )
    yield Measure("requests that failed", 0, faults[:3] or 0, not faults)
    met = deadlocks() - before
    yield Measure("deadlocks that the database saw", 0, met, met == 0)
    yield chain()
