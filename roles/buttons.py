"""What the person reading may do with a role; what they may not do isn't offered (S0-58)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adminrights.models import Unit
from adminrights.navigation import Button, compare_url
from roles.models import Role
from roles.services import organisation


def role_buttons(role: Role, account: Any, unit: Unit, *, on_page: bool = False) -> list[Button]:
    """Return the role's quick actions; on its own page without the one that leads there."""

    def may(permission: str) -> bool:
        return bool(account.may(permission, organisation(unit)))

    def address(step: str) -> str:
        return reverse(f"roles:role_{step}", args=[role.pk])

    buttons = []
    if not on_page and account.may("roles:get", unit):
        buttons.append(Button(_("Open"), role.get_absolute_url(), "eye"))
    if may("roles:update") and not role.built_in:
        buttons.append(Button(_("Edit details"), address("edit"), "pencil", dialog=True))
    if may("roles:create"):
        buttons.append(Button(_("Copy"), address("copy"), "copy", dialog=True))
    if on_page and account.may("accounts:list", unit):
        buttons.append(Button(_("Compare"), compare_url(role), "git-compare"))
    if may("roles:delete") and not role.built_in:
        buttons.append(Button(_("Delete"), address("delete"), "trash-2", "danger", dialog=True))
    return buttons
