"""What the person reading may do with a group; what they may not do isn't offered (S0-58)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adminrights.navigation import Button, compare_url
from groups.models import Group


def group_buttons(group: Group, account: Any, *, on_page: bool = False) -> list[Button]:
    """Return the group's quick actions; on its own page without the one that leads there."""

    def may(permission: str) -> bool:
        return bool(account.may(permission, group.unit))

    def address(step: str) -> str:
        return reverse(f"groups:group_{step}", args=[group.pk])

    buttons = []
    if not on_page and may("groups:get"):
        buttons.append(Button(_("Open"), group.get_absolute_url(), "eye"))
    if may("groups:update"):
        # S0-54: on the page of the group the button reads Edit.
        buttons.append(Button(_("Edit"), address("edit"), "pencil", dialog=True))
    if on_page and account.may("accounts:list", group.unit):
        buttons.append(Button(_("Compare"), compare_url(group), "git-compare"))
    if may("groups:delete"):
        buttons.append(Button(_("Delete"), address("delete"), "trash-2", "danger", dialog=True))
    return buttons
