"""Every way in which somebody might change who may do what: pages, links, commands, tables, dated facts.

A door takes who tries it and a few numbers that choose whom or what it is about, and returns whether it said
no. None of them looks first whether it will be let in: that is the product's to say.
"""

import io
import tempfile
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.links import invitation_link
from accounts.models import Account, Grant, Invitation, UnitAccess
from accounts.standing import levels
from adminrights.models import Fact, Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule
from tests.ceiling.attempts import FEATURES, KEYS, LEVELS, TARGETS, Try, details, exchange, fresh, one, one_of
from tests.ceiling.more_doors import MORE
from tests.factories import PASSWORD
from tests.terminal import run


# Accounts
def add(t: Try) -> bool:
    ticks = {"groups": [t.group().pk], "levels": [t.level()]} if t.yes else {}
    return t.send("accounts:account_create", **fresh(t.a), **ticks, invite="on")


def add_into_units(t: Try) -> bool:
    place = t.place().pk
    ticks = {f"unit-{t.unit.pk}": "yes", f"unit-{place}": "yes", f"below-{place}": "on"}
    return t.send("accounts:account_create", **fresh(t.a), levels=[t.level()], **ticks)


def edit(t: Try) -> bool:
    account = t.account()
    ticks = {"groups": [t.group().pk], "levels": [t.level()]} if t.yes else {"first_name": f"Name{t.c}"}
    return t.send("accounts:account_edit", account.pk, **details(account) | ticks)


def take_address(t: Try) -> bool:
    account = t.account()
    data = details(account) | {"email": f"moved{t.c}@example.org"}
    return t.send("accounts:account_details", account.pk, **data)


def give_permission(t: Try) -> bool:
    answers = {f"p-{KEYS[t.b % len(KEYS)]}": "yes" if t.yes else "no", f"p-{t.key()}": "yes"}
    return t.send("accounts:account_permissions", t.account().pk, **answers)


def give_everything(t: Try) -> bool:
    return t.send("accounts:account_permissions", t.account().pk, all_permissions="on")


def choose_units(t: Try) -> bool:
    account, place = t.account(), t.place()
    wanted: dict[str, str] = {}
    for access in UnitAccess.objects.live().filter(account=account):
        wanted |= _entry(access.unit_id, below=access.includes_subunits, own=access.own_rights_only)
    new = _entry(place.pk, below=t.yes, own=t.c % 3 == 0) if t.c % 2 else {f"unit-{place.pk}": "no"}
    reach = {f"unit-{pk}" for pk in Unit.objects.below(t.unit).values_list("pk", flat=True)}
    kept = {name: value for name, value in wanted.items() if not name.endswith(f"-{place.pk}")}
    sent = {name: v for name, v in (kept | new).items() if not name.startswith("unit-") or name in reach}
    return t.send("accounts:account_units", account.pk, **sent)


def _entry(unit: int, *, below: bool, own: bool) -> dict[str, str]:
    entry = {f"unit-{unit}": "yes"}
    return entry | ({f"below-{unit}": "on"} if below else {}) | ({f"own-{unit}": "on"} if own else {})


def known(t: Try) -> bool:
    return t.send("accounts:account_address", email=t.account().email, add="1")


def button(name: str) -> Callable[[Try], bool]:
    """Return the door of a button on an account's page."""
    return lambda t: t.send(f"accounts:{name}", t.account().pk)


def cell(t: Try) -> bool:
    return t.tick({f"{t.account().pk}:{t.place().pk}:{one_of(levels(), t.c).pk}"})


def many_cells(t: Try) -> bool:
    people = Account.objects.filter(pk__gte=t.account().pk).order_by("pk")[:4]
    return t.tick({f"{each.pk}:{t.place().pk}:{one_of(levels(), t.c).pk}" for each in people})


# Groups and roles
def make_group(t: Try) -> bool:
    return t.send("groups:group_create", display_name=f"Group {t.a}")


def join(t: Try) -> bool:
    return t.send("groups:member_add", t.group().pk, account=t.account().pk)


def leave(t: Try) -> bool:
    return t.send("groups:member_remove", t.group().pk, account=t.account().pk)


def carry(t: Try) -> bool:
    offered = Role.objects.filter(module=None).order_by("built_in", "pk")
    roles = [one(offered, number).pk for number in (t.a % 8, t.c)]
    return t.send("groups:group_roles", t.group().pk, roles=roles if t.yes else [])


def group_levels(t: Try) -> bool:
    return t.send("groups:group_levels", t.group().pk, levels=[t.level()] if t.yes else [])


def delete_group(t: Try) -> bool:
    return t.send("groups:group_delete", t.group().pk)


def make_role(t: Try) -> bool:
    return t.send("roles:role_create", display_name=f"Role {t.a}")


def write_rule(t: Try) -> bool:
    target = one_of(tuple(TARGETS), t.c)
    return t.send("roles:rule_add", t.role().pk, target=target, actions=TARGETS[target][: 1 + t.yes])


def drop_rule(t: Try) -> bool:
    return t.send("roles:rule_remove", t.role().pk, one_of(tuple(TARGETS), t.c))


def named_role(t: Try) -> bool:
    named = [key for key in KEYS if key.startswith(("settings", "personal"))]
    return t.send("roles:role_named", t.role().pk, named=[one_of(named, t.c)])


def copy_role(t: Try) -> bool:
    return t.send("roles:role_copy", t.role().pk, display_name=f"Copy {t.a}")


def delete_role(t: Try) -> bool:
    return t.send("roles:role_delete", t.role().pk)


# Units
def open_unit(t: Try) -> bool:
    return t.send("accounts:unit_create", t.place().pk, name=f"Unit {t.a}")


def move_unit(t: Try) -> bool:
    to = one(Unit.objects.order_by("pk"), t.c).pk
    return t.send("unit_move", t.place().pk, parent=to, sure=to)


def close_unit(t: Try) -> bool:
    return t.send("accounts:unit_close", t.place().pk)


def feature(t: Try) -> bool:
    name = "accounts:feature_on" if t.yes else "accounts:feature_off"
    return t.send(name, t.place().pk, one_of(FEATURES, t.c))


def limit(t: Try) -> bool:
    return t.send("accounts:unit_limits", t.place().pk, **({"seat_limit": 12 + t.a} if t.yes else {}))


def transfer(t: Try) -> bool:
    password = PASSWORD if t.c % 4 else "wrong"
    return t.send("accounts:unit_owner", t.place().pk, account=t.account().pk, password=password)


# Items
def make_item(t: Try) -> bool:
    return t.send("accounts:item_create", name=f"Item {t.a}", resource=("events", "offers")[t.yes])


def hand_item(t: Try) -> bool:
    return t.send("accounts:item_hand_over", t.item().pk, email=t.account().email)


def hand_here(t: Try) -> bool:
    return t.send("accounts:account_item_add", t.account().pk, item=t.item().pk)


def take_item(t: Try) -> bool:
    return t.send("accounts:item_take_back", t.item().pk, account=t.account().pk)


def retire(t: Try) -> bool:
    return t.send("accounts:item_retire", t.item().pk)


# Commands
def command(name: str) -> Callable[[Try], bool]:
    """Return the door of a command about one account."""
    return lambda t: t.type(name, t.account().email)


def invite(t: Try) -> bool:
    email = t.account().email if t.yes else fresh(t.a)["email"]
    words = [
        "--first-name",
        "Ivy",
        "--last-name",
        "Y",
        "--group",
        t.group().name,
        "--level",
        in_words(t.level()),
    ]
    return t.type("invite", email, *words)


def in_words(tick: str) -> str:
    """Return the level as commands spell it."""
    module, level = tick.split(":")
    return f"{module}:{('read', 'write', 'publish')[int(level) - 1]}"


def import_table(t: Try) -> bool:
    lines = io.StringIO()
    lines.write("email,first_name,last_name,groups,levels\n")
    for number in (t.a, t.b, t.c):
        person = fresh(number)
        email = t.account().email if number % 3 == 0 else person["email"]
        level = in_words(LEVELS[number % len(LEVELS)])
        group = one(Group.objects.order_by("pk"), number).name
        lines.write(f"{email},{person['first_name']},Y,{group},{level}\n")
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(lines.getvalue())
        file.flush()
        t.type("invite", "--csv", file.name)
    return False  # each line for itself


def appoint(t: Try) -> bool:
    account = t.account()
    words = (account.email, "--first-name", "A", "--last-name", "B", "--organisation", t.unit.name)
    return run("create_administrator", *words, "--actor", t.actor.email).code != 0


# What no page does yet: facts with dates of their own
def dated(t: Try) -> bool:
    """Start a fact that begins later, ends by itself, or both."""
    kinds: list[Callable[[Try], Fact]] = [
        lambda t: Membership(group=t.group(), account=t.account()),
        lambda t: Grant(account=t.account(), unit=t.place(), permission_id=t.key()),
        lambda t: GroupRole(group=t.group(), role=t.role()),
        lambda t: Rule(role=t.role(), permission_id=t.key()),
        lambda t: UnitAccess(account=t.account(), unit=t.place(), includes_subunits=t.yes),
        lambda t: UnitFeature(unit=t.place(), feature=one_of(FEATURES, t.a)),
    ]
    fact = one_of(kinds, t.c)(t)
    now = timezone.now()
    starts, ends = one_of([(0, 2), (2, None), (1, 5), (0, 40)], t.a + t.b)
    fact.starts_at = now + timedelta(days=starts) if starts else None
    fact.expires_at = now + timedelta(days=ends) if ends else None
    subject = {name: getattr(fact, name) for name in fact.SUBJECT}
    there = list(type(fact).objects.not_ended().filter(**subject))
    return exchange(t, there, fact)


PAGES: dict[str, Callable[[Try], bool]] = {
    each.__name__: each
    for each in (
        add, add_into_units, edit, take_address, give_permission, give_everything, choose_units, known, cell,
        many_cells, make_group, join, leave, carry, group_levels, delete_group, make_role, write_rule,
        drop_rule, named_role, copy_role, delete_role, open_unit, move_unit, close_unit, feature, limit,
        transfer, make_item, hand_item, hand_here, take_item, retire, invite, import_table, appoint, dated,
    )
}  # fmt: skip
BUTTONS = ("disable", "reactivate", "unlock", "remove")
PAGES |= {name: button(f"account_{name}") for name in BUTTONS}
PAGES |= {name: button(f"invitation_{name}") for name in ("resend", "cancel")}
COMMANDS = ("disable_account", "reactivate_account", "resend_invite", "cancel_invite", "end_sessions")
DOORS = PAGES | MORE | {f"{name}_typed": command(name) for name in COMMANDS}


def invited(number: int) -> Account | None:
    """Return whose invitation the number chooses."""
    invitations = Invitation.objects.order_by("-pk")
    return one(invitations, number).account if invitations.exists() else None


def follow_invitation(number: int) -> bool:
    """Follow the link of an invitation and choose a password; return whether it said no."""
    invitations = Invitation.objects.order_by("-pk")
    if not invitations.exists():
        return True
    client = Client()
    opened = client.get(invitation_link(one(invitations, number)).removeprefix(settings.BASE_URL))
    chosen = client.post(reverse("accounts:invitation_accept"), {"password": PASSWORD, "again": PASSWORD})
    assert {opened.status_code, chosen.status_code} <= {302, 410}
    return chosen.status_code >= 400


# What gives somebody something, tried on oneself too; the other doors change what was given.
GIVING = (
    "add", "appoint", "carry", "cell", "choose_units", "dated", "edit", "give_everything", "give_permission",
    "group_levels", "hand_here", "hand_item", "invite", "join", "known", "levels_of_one", "many_cells",
    "move_unit", "named_role", "prolong", "register", "take_address", "transfer", "write_rule",
)  # fmt: skip
