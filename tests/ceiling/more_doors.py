"""The doors besides: sessions, factors, one's own address, one person's levels, items at a terminal."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Max
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.links import address_link
from accounts.models import Grant, UnitAccess
from accounts.services.items import hand_over
from accounts.services.own_address import ask_address
from accounts.standing import levels
from adminrights.exceptions import Refused
from adminrights.models import Fact, Unit, UnitFeature
from groups.models import GroupRole, Membership
from roles.models import Rule
from tests.ceiling.attempts import TARGETS, Try, exchange, fresh, one_of, seal_of

# What a fact that takes the place of another has of its own.
LIVES = {"id", "starts_at", "expires_at", "ended_at", "started_in", "ended_in", "started_by", "ended_by"}


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
    if answer.status_code == 200 and answer.context and answer.context.get("ahead"):
        answer = browser.post(path, data | {"previewed": answer.context["previewed"]})
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


def hand_straight(t: Try) -> bool:
    """Call the step itself: a page that looks first must not be all that stands in the way."""
    try:
        hand_over(t.item(), t.account(), actor=t.actor)
    except Refused:
        return True
    return False


def make_and_move(t: Try) -> bool:
    """Open a unit, and hang what was opened last below another one."""
    t.send("accounts:unit_create", t.place().pk, name=f"Moving {t.a}")
    newest = Unit.objects.aggregate(pk=Max("pk"))["pk"]
    to = one_of(list(Unit.objects.order_by("pk")), t.c).pk
    t.send("unit_move", newest, parent=to, sure=to)
    return False


def prolong(t: Try) -> bool:
    """Let something that is to end by itself last longer, or for good."""
    kinds: tuple[type[Fact], ...] = (Membership, Grant, GroupRole, Rule, UnitAccess, UnitFeature)
    ending = [each for kind in kinds for each in kind.objects.live().exclude(expires_at=None)]
    if not ending:
        return True
    old = one_of(ending, t.a + t.b)
    fields = [field.attname for field in old._meta.concrete_fields if field.name not in LIVES]
    new = type(old)(**{name: getattr(old, name) for name in fields})
    new.expires_at = timezone.now() + timedelta(days=90) if t.yes else None
    return exchange(t, [old], new)


MORE: dict[str, Callable[[Try], bool]] = {
    each.__name__: each
    for each in (
        end_sessions, reset_factors, factor_rule, rename_unit, change_rule, levels_of_one, own_address,
        stale_wish, register, retire_named, make_and_move, prolong, hand_straight,
    )
}  # fmt: skip
