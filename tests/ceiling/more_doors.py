"""The doors besides: sessions, factors, one's own address, one person's levels, items at a terminal."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Max
from django.test import Client
from django.urls import reverse

from accounts.links import address_link
from accounts.services.own_address import ask_address
from accounts.standing import levels
from adminrights.models import Unit
from tests.ceiling.attempts import TARGETS, Try, fresh, one_of, seal_of


def end_sessions(t: Try) -> bool:
    return t.send("accounts:account_sessions_end", t.account().pk)


def reset_factors(t: Try) -> bool:
    return t.send("accounts:account_factors", t.account().pk, reason="lost")


def factor_rule(t: Try) -> bool:
    return t.send(f"accounts:factor_rule_{'on' if t.yes else 'off'}", t.place().pk)


def rename_unit(t: Try) -> bool:
    return t.send("unit_rename", t.place().pk, name=f"Unit called {t.c}")


def change_rule(t: Try) -> bool:
    target = one_of(tuple(TARGETS), t.c)
    return t.send("roles:rule_edit", t.role().pk, target, actions=TARGETS[target][: 1 + t.yes])


def levels_of_one(t: Try) -> bool:
    """Choose a level for one person in one unit, and leave all others as they are."""
    account, place = t.account(), t.place()
    browser, path = t.browser(), reverse("accounts:account_levels", args=[account.pk])
    page = browser.get(path)
    there = page.context["view"].was(page.context["view"].sheet()) if page.status_code == 200 else []
    cells = {f"cell-{cell.unit}": f"{cell.account}:{cell.unit}:{cell.role}" for cell in there}
    cells[f"cell-{place.pk}"] = f"{account.pk}:{place.pk}:{one_of(levels(), t.c).pk}" if t.yes else ""
    data = seal_of(page) | cells
    answer = browser.post(path, data)
    if answer.status_code == 200 and answer.context and "confirming" in answer.context:
        answer = browser.post(path, data | {"confirmed": answer.context["confirming"]})
    return answer.status_code >= 400


def own_address(t: Try) -> bool:
    """Ask for another address, or for somebody else's, and follow the link that went there."""
    email = t.account().email if t.yes else fresh(t.a)["email"]
    wanted = t.browser().post(reverse("accounts:my_address"), {"email": email})
    t.actor.refresh_from_db()
    if wanted.status_code >= 400 or not t.actor.new_email:
        return wanted.status_code >= 400
    browser = Client()
    browser.get(address_link(t.actor).removeprefix(settings.BASE_URL))
    browser.post(reverse("accounts:address_confirm"))
    return False


def stale_wish(t: Try) -> bool:
    """Wish for an address and never follow the link: the wish alone changes nothing but itself."""
    ask_address(t.actor, f"wish{t.c}@example.org")
    return False


def register(t: Try) -> bool:
    """Register a thing at a terminal and hand it over at once; each of the two is a step of its own."""
    t.type("register_item", ("events", "offers")[t.yes], f"Thing {t.c}", "--to", t.account().email)
    return False


def retire_named(t: Try) -> bool:
    item = t.item()
    return t.type("retire_item", item.resource_id, item.name)


def make_and_move(t: Try) -> bool:
    """Open a unit, and hang what was opened last below another one."""
    t.send("accounts:unit_create", t.place().pk, name=f"Moving {t.a}")
    newest = Unit.objects.aggregate(pk=Max("pk"))["pk"]
    to = one_of(list(Unit.objects.order_by("pk")), t.c).pk
    t.send("unit_move", newest, parent=to, sure=to)
    return False


MORE: dict[str, Callable[[Try], bool]] = {
    each.__name__: each
    for each in (
        end_sessions, reset_factors, factor_rule, rename_unit, change_rule, levels_of_one, own_address,
        stale_wish, register, retire_named, make_and_move,
    )
}  # fmt: skip
