"""Whatever the door by which it is done: what needs a fresh proof waits for it, and then goes on whole."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import may
from accounts.checks import named_views
from accounts.models import Account
from accounts.reviews.scope import Scope
from accounts.services.factors import set_factor_rule
from accounts.services.lifecycle import update_account
from accounts.services.reviews import Wanted, close_review, open_review
from accounts.taking_back.which import is_fit
from accounts.views.files import PeopleFile
from adminrights.change import SYSTEM
from adminrights.models import CollectedEdit, JournalEntry, Unit
from groups.models import Group
from groups.services import set_roles
from roles.models import Role
from roles.services import set_rule
from tests.accounts.authenticator import kinds, with_app
from tests.accounts.pages import signed_in
from tests.accounts.test_proof import CONFIRM, prove, stale
from tests.editing import opened
from tests.factories import GroupFactory, RoleFactory

RIGHT = "accounts:list"
Sent = tuple[str, dict[str, Any]]


@pytest.fixture
def keepers(unit: Unit) -> Role:
    return RoleFactory(unit=unit, display_name="Keepers", rules=["contacts:list"])


@pytest.fixture
def desk(unit: Unit, keepers: Role, grant: Account) -> Group:
    """A group whose member administers by its role."""
    group: Group = GroupFactory(unit=unit, display_name="Desk", roles=[keepers], members=[grant])
    set_rule(keepers, "accounts", ["list", "get"], actor=SYSTEM, unit=unit)
    return group


def undoing() -> str:
    """Return where the last thing that can be taken back is."""
    entry = next(filter(is_fit, JournalEntry.objects.order_by("-sequence")))
    return reverse("accounts:log_entry_take_back", args=[entry.pk])


def take_rule(client: Client, group: Group, role: Role) -> Sent:
    return reverse("roles:rule_remove", args=[role.pk, "accounts"]), {}


def take_role(client: Client, group: Group, role: Role) -> Sent:
    page = reverse("groups:group_roles", args=[group.pk])
    words: dict[str, Any] = opened(client, page) | {"roles": []}
    return page, words | {"previewed": client.post(page, words).context["previewed"]}


def take_back(client: Client, group: Group, role: Role) -> Sent:
    return undoing(), {}


def apply_collected(client: Client, group: Group, role: Role) -> Sent:
    page, words = take_rule(client, group, role)
    client.post(page, words | {"collect": "1"})
    return "/collected/", {"previewed": client.get("/collected/").context["previewed"]}


def go_on(client: Client) -> Any:
    """Prove who one is, and press the one button of the page that follows."""
    kept = prove(client).context["kept"]
    fields: dict[str, list[str]] = {}
    for name, value in kept["fields"]:
        fields.setdefault(name, []).append(value)
    return client.post(kept["path"], fields)


# S5 of the security bar
@pytest.mark.parametrize("door", [take_rule, take_role, take_back, apply_collected])
def test_taking_administration_by_a_role_waits_for_the_proof_and_then_goes_on(
    door: Callable[[Client, Group, Role], Sent],
    unit: Unit, ada: Account, grant: Account, desk: Group, keepers: Role,
) -> None:  # fmt: skip
    client = stale(ada)
    path, words = door(client, desk, keepers)
    collected = CollectedEdit.objects.count()

    assert client.post(path, words)["Location"].startswith(CONFIRM)

    assert may(grant, RIGHT, unit)
    assert CollectedEdit.objects.count() == collected
    assert go_on(client).status_code == 302
    assert not may(grant, RIGHT, unit)
    assert not CollectedEdit.objects.exists()


def test_a_role_without_administration_goes_without_the_proof(
    unit: Unit, ada: Account, desk: Group, keepers: Role
) -> None:
    other = RoleFactory(unit=unit, rules=["ad_campaigns:list"])
    set_roles(desk, [keepers, other], actor=SYSTEM)
    client = stale(ada)
    assert client.post(*take_back(client, desk, other))["Location"].startswith("/log/")


# ---- How others sign in


def reset(client: Client, unit: Unit, nemo: Account) -> Sent:
    return f"/accounts/{nemo.pk}/second-factor/", {"reason": "Phone stolen"}


def reset_collected(client: Client, unit: Unit, nemo: Account) -> Sent:
    page, words = reset(client, unit, nemo)
    client.post(page, words | {"collect": "1"})
    return "/collected/", {"previewed": client.get("/collected/").context["previewed"]}


def require_no_longer(client: Client, unit: Unit, nemo: Account) -> Sent:
    return f"/units/{unit.pk}/second-factor/off/", {}


def take_requirement_back(client: Client, unit: Unit, nemo: Account) -> Sent:
    return undoing(), {}


# S5 of the security bar
@pytest.mark.parametrize("door", [reset, reset_collected, require_no_longer, take_requirement_back])
def test_others_sign_in_with_less_only_after_the_proof(
    door: Callable[[Client, Unit, Account], Sent], unit: Unit, ada: Account, nemo: Account
) -> None:
    with_app(ada)
    with_app(nemo)
    set_factor_rule(unit, required=True, actor=SYSTEM)
    client = stale(ada)

    assert client.post(*door(client, unit, nemo))["Location"].startswith(CONFIRM)

    unit.refresh_from_db()
    assert (kinds(nemo), unit.factor_required) == (["totp"], True)


def test_to_require_more_takes_no_proof(unit: Unit, ada: Account) -> None:
    with_app(ada)
    stale(ada).post(f"/units/{unit.pk}/second-factor/on/")
    unit.refresh_from_db()
    assert unit.factor_required


# ---- Files about people


# S5 of the security bar
def test_a_file_about_everybody_is_handed_out_after_the_proof(
    unit: Unit, ada: Account, keepers: Role
) -> None:
    review = open_review(Scope("unit", unit), Wanted("Spring"), actor=SYSTEM)
    close_review(review, actor=SYSTEM, leave_undecided=True)
    files = {
        "/log/export/?q=ada": "/log/?q=ada",
        "/accounts/bulk/result/export/": "/accounts/bulk/result/",
        f"/reviews/{review.pk}/evidence/": f"/reviews/{review.pk}/",
        "/permissions/contacts:list/who/export/?q=a": "/permissions/contacts:list/who/?q=a",
        "/permissions/modules/contacts/who/export/": "/permissions/modules/contacts/who/",
        f"/roles/{keepers.pk}/who/export/": f"/roles/{keepers.pk}/who/",
        "/least-privilege/unused-rights/export/?days=90": "/least-privilege/?days=90",
        "/ending/export/?days=30": "/ending/?days=30",
    }
    client = stale(ada)
    for file, page in files.items():
        answer = client.get(file, follow=True)
        assert answer.redirect_chain[0][0].startswith(CONFIRM), file
        assert answer.context["next"] == page
        assert "Content-Disposition" in signed_in(ada).get(file), file


def test_every_file_about_people_asks() -> None:
    handed_out = {name for name, _view in named_views() if name.endswith(("export", "evidence"))}
    asking = {
        name for name, view in named_views() if issubclass(getattr(view, "view_class", object), PeopleFile)
    }
    # Of a comparison the reader chose both sides.
    assert handed_out - asking == {"accounts:compare_export"}


def edit_myself(client: Client, ada: Account) -> Sent:
    page = reverse("accounts:account_edit", args=[ada.pk])
    person = {"first_name": "Ada", "last_name": "Admin", "email": "window@example.org"}
    return page, opened(client, page) | person


def take_my_address_back(client: Client, ada: Account) -> Sent:
    return undoing(), {}


# S5: whoever reads mail at a new address can choose a new password
@pytest.mark.parametrize("door", [edit_myself, take_my_address_back])
@pytest.mark.usefixtures("otto")
def test_ones_own_address_waits_for_the_proof_at_every_door(
    door: Callable[[Client, Account], Sent], unit: Unit, ada: Account
) -> None:
    update_account(ada, actor=SYSTEM, unit=unit, email="ada@example.org")
    client = stale(ada)

    assert client.post(*door(client, ada))["Location"].startswith(CONFIRM)

    assert Account.objects.get(pk=ada.pk).email == "ada@example.org"
    assert go_on(client).status_code == 302
    assert Account.objects.get(pk=ada.pk).email != "ada@example.org"
