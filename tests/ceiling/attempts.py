"""One attempt: who tries, where he works, and what it is about."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Item
from adminrights.change import change
from adminrights.events import Event
from adminrights.exceptions import Refused
from adminrights.models import Fact, Unit
from adminrights.units import SESSION_KEY
from groups.models import Group
from roles.models import Role
from tests.editing import asks
from tests.terminal import run

KEYS = (
    "contacts:export", "contacts:list", "ad_campaigns:list", "ad_campaigns:create", "accounts:update",
    "access:assign", "access:delegate", "roles:update", "units:update", "group_members:create",
    "lead_scoring:get", "integrations_paid:create", "settings.admins", "settings.view", "campaigns.*:list",
    "event_managers:assign", "events:update", "personal.manage_account",
)  # fmt: skip
LEVELS = ("campaigns:1", "campaigns:3", "customers:1", "customers:2", "admin_rights:1", "admin_rights:2")
TARGETS = {
    "contacts": ("list", "export"),
    "ad_campaigns": ("list", "create"),
    "access": ("assign", "delegate"),
    "accounts": ("list", "update"),
    "campaigns.*": ("list",),
}
FEATURES = ("sms", "integrations_paid", "contact_deletion")


# Forms that say in which state they were opened.
SEALED = {
    "accounts:account_edit", "accounts:account_details", "accounts:account_permissions",
    "accounts:account_units", "accounts:unit_limits", "accounts:unit_owner", "unit_move",
    "groups:group_roles", "groups:group_levels", "roles:role_named", "roles:rule_add", "roles:rule_edit",
    "unit_rename",
}  # fmt: skip


class Try(NamedTuple):
    """Who tries, where he works, and the numbers and the yes or no that choose what it is about."""

    actor: Account
    unit: Unit
    a: int
    b: int
    c: int
    yes: bool

    def browser(self) -> Client:
        client = Client()
        client.force_login(self.actor)
        session = client.session
        session[SESSION_KEY] = self.unit.pk
        session.save()
        return client

    def account(self) -> Account:
        """Return somebody; number 0 is himself."""
        return one(Account.objects.order_by("pk"), self.a) if self.a else self.actor

    def group(self) -> Group:
        return one(Group.objects.order_by("deleted_at", "pk"), self.b)

    def role(self) -> Role:
        return one(Role.objects.filter(built_in=False).order_by("pk"), self.b)

    def place(self) -> Unit:
        return one(Unit.objects.order_by("pk"), self.b)

    def item(self) -> Item:
        return one(Item.objects.order_by("pk"), self.b)

    def key(self) -> str:
        return KEYS[self.c % len(KEYS)]

    def level(self) -> str:
        return LEVELS[self.c % len(LEVELS)]

    def send(self, name: str, /, *args: Any, **data: Any) -> bool:
        """Open the form's page, send the form, and return whether the page said no."""
        browser, path = self.browser(), reverse(name, args=args)
        sealed = seal_of(browser.get(path)) if name in SEALED else {}
        answer = browser.post(path, sealed | data)
        if asks(answer):
            answer = browser.post(path, sealed | data | {"previewed": answer.context["previewed"]})
        assert answer.status_code < 500, (name, answer.status_code)
        return answer.status_code >= 400

    def tick(self, cells: set[str]) -> bool:
        """Change these cells of the role matrix, and say yes where the page asks."""
        browser, path = self.browser(), reverse("accounts:role_matrix")
        page = browser.get(path)
        there = set(page.context["view"].stock.sheet) if page.status_code == 200 else set()
        data = seal_of(page) | {"cell": sorted(there ^ cells)}
        answer = browser.post(path, data)
        if answer.status_code == 200 and answer.context:
            answer = browser.post(path, data | {"previewed": answer.context["previewed"]})
        return answer.status_code >= 400

    def type(self, command: str, *words: str) -> bool:
        """Run the command as the actor, and return whether it said no."""
        return run(command, *words, "--actor", self.actor.email, "--unit", self.unit.name).code != 0


def seal_of(page: Any) -> dict[str, str]:
    """Return what a form carries of the state in which it was opened."""
    return {"opened": page.context["opened"]} if page.status_code == 200 and "opened" in page.context else {}


def exchange(t: Try, there: list[Fact], fact: Fact) -> bool:
    """End the facts and start another in their place; return whether that was refused."""
    try:
        with change(Event.GRANTS_CHANGED, actor=t.actor, unit=t.unit) as c:
            c.end_all(there)
            c.start(fact)
    except Refused:
        return True
    return False


def one(rows: QuerySet[Any], number: int) -> Any:
    return rows[number % rows.count()]


def one_of(things: Any, number: int) -> Any:
    return things[number % len(things)]


def details(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ("first_name", "last_name", "email", "phone")}


def fresh(number: int) -> dict[str, str]:
    return {"first_name": f"New{number}", "last_name": "Y", "email": f"new{number}@example.org"}
