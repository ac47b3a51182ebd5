"""The product's world, measured through its own doors."""

import os
import sys
from functools import partial

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "adminrights.settings"
os.environ |= {"DEMO": "1", "DEBUG": "0", "LOG_LEVEL": "ERROR", "SECRET_KEY": "a key for the benchmark only"}
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up before models are imported
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts import policy  # noqa: E402
from accounts.access import effective, holders  # noqa: E402
from accounts.explain import who_can  # noqa: E402
from accounts.models import Account  # noqa: E402
from adminrights.models import Unit  # noqa: E402
from tests.bench.agreement import ASKED, check  # noqa: E402
from tests.bench.filling import fill  # noqa: E402
from tests.bench.shape import Shape, many_units, one_unit  # noqa: E402
from tests.bench.worker import Measure, Measures, Once, answer, cycle, line_out, scratch, settle, weight  # noqa: E402


def of_one_unit(shape: Shape, units: list[Unit], people: list[Account]) -> Measures:
    """Return what is measured in W(n), by name."""
    unit, boss = units[0], people[-1]
    decisions = _decisions([(account.pk, unit) for account in people[:-1]])

    def cold_process() -> Once:
        policy._kept.clear()
        return decisions["decision, cold"].prepare()

    page = _page(_client(boss), reverse("accounts:account_list"))
    names = partial(who_can, ASKED, unit, links=False)
    return decisions | {
        "decision, cold process": Measure(cold_process, times=20),
        "who can: ids": Measure(lambda: partial(holders, ASKED, unit), times=7, note=_found(unit)),
        "who can: names and sources": Measure(lambda: names, times=3),
        "All Accounts page": page,
    }


def of_many_units(shape: Shape, units: list[Unit], people: list[Account]) -> Measures:
    """Return what is measured in U(n), by name."""
    at_home = [
        (account.pk, units[person.doors[0].unit])
        for account, person in zip(people, shape.people, strict=False)
        if person.doors[0].unit
    ]
    boss, child = people[-1], units[1]
    everywhere, narrowed = _client(boss), _client(boss)
    narrowed.post(reverse("unit_switch"), {"unit": child.pk})
    accounts, matrix = reverse("accounts:account_list"), reverse("accounts:role_matrix")
    name = shape.people[0].first
    some = sum(name.casefold() in account.search_text for account in people)
    return _decisions(at_home) | {
        "who can: ids": Measure(lambda: partial(holders, ASKED, child), times=7, note=_found(child)),
        "All Accounts page": _page(everywhere, accounts),
        "All Accounts page, one unit": _page(narrowed, accounts, f"{_count(child)} accounts"),
        "unit dashboard": _page(everywhere, reverse("accounts:unit_list"), f"{len(units)} units"),
        "role matrix": _page(
            everywhere, f"{matrix}?level=team_member&q={name}", f"{some} people × {len(units)} units"
        ),
    }


def _decisions(places: list[tuple[int, Unit]]) -> Measures:
    """Return the questions about one account, each asked of two hundred accounts in turn."""
    following = cycle(places[:: max(len(places) // 200, 1)])

    def fresh() -> tuple[Account, Unit]:
        pk, unit = following()
        return Account.objects.get(pk=pk), unit

    def cold() -> Once:
        account, unit = fresh()
        return partial(account.has_perm, ASKED, unit)

    def warm() -> Once:
        account, unit = fresh()
        account.decisions = {}
        account.has_perm(ASKED, unit)
        return partial(account.has_perm, ASKED, unit)

    return {
        "decision, cold": Measure(cold, times=300),
        "decision, warm": Measure(warm, times=200, repeat=200),
        "effective set": Measure(lambda: partial(effective, *fresh()), times=200),
    }


def _client(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def _page(client: Client, url: str, about: str = "") -> Measure:
    def get() -> bytes:
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")
        return bytes(response.content)

    note = ", ".join(filter(None, (about, weight(get()))))
    return Measure(lambda: get, times=25, note=note)


def _found(unit: Unit) -> str:
    return f"{len(holders(ASKED, unit))} accounts"


def _count(unit: Unit) -> int:
    return Account.objects.in_unit(unit).count()


WORKLOADS = {"one": (one_unit, of_one_unit), "units": (many_units, of_many_units)}


def main() -> None:
    out = line_out()
    make, measures = WORKLOADS[sys.argv[1]]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    scratch("ours")
    shape = make(int(sys.argv[2]))
    units, people = fill(shape)
    settle()
    said = check(shape, units, people)
    answer(out, measures(shape, units, people), said)


if __name__ == "__main__":
    main()
