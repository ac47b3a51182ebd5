"""The step by which each finding goes: a page that shows first what it does to whom."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.least.finding import Finding
from adminrights.navigation import Button
from roles.catalogue import catalogue
from roles.services import organisation

Make = Callable[[Finding], Button]


def _grant(found: Finding) -> Button:
    url = reverse("accounts:grant_take", args=[found.of.pk, found.thing.pk])
    return Button(_("Take back"), url, "user-x", dialog=True)


def _membership(found: Finding) -> Button:
    url = reverse("groups:member_remove", args=[found.thing.group_id])
    fields = {"account": str(found.of.pk), "preview": "1"}
    return Button(_("Remove from group"), url, "user-minus", post=True, fields=fields)


def _rule(found: Finding) -> Button:
    if found.target in catalogue().named:
        return Button(_("Change"), reverse("roles:role_named", args=[found.of.pk]), "pencil")
    url = reverse("roles:rule_remove", args=[found.of.pk, found.target])
    return Button(_("Remove rule"), url, "x", dialog=True)


def _delete_group(found: Finding) -> Button:
    url = reverse("groups:group_delete", args=[found.thing.pk])
    return Button(_("Delete group"), url, "trash-2", dialog=True)


def _delete_role(found: Finding) -> Button:
    return Button(
        _("Delete role"), reverse("roles:role_delete", args=[found.thing.pk]), "trash-2", dialog=True
    )


def _narrow(found: Finding) -> Button:
    url = reverse("roles:rule_edit", args=[found.of.pk, found.target])
    return Button(_("Narrow the rule"), f"{url}?{urlencode({'keep': found.kept}, doseq=True)}", "pencil")


def _replace(found: Finding) -> Button:
    url = reverse("accounts:role_replace", args=[found.thing.pk, found.kept.pk])
    return Button(_("Replace by the other"), url, "replace", dialog=True)


def _cancel(found: Finding) -> Button:
    url = reverse("accounts:invitation_cancel", args=[found.of.pk])
    return Button(_("Cancel Invite"), url, "mail-x", dialog=True)


def _resend(found: Finding) -> Button:
    url = reverse("accounts:invitation_resend", args=[found.of.pk])
    return Button(_("Resend Invite"), url, "send", post=True)


def _set_roles(found: Finding) -> Button:
    return Button(_("Choose roles"), reverse("groups:group_roles", args=[found.thing.pk]), "shield-check")


# What each step needs, any of them, where the finding is.
STEPS: dict[str, tuple[tuple[str, ...], tuple[Make, ...]]] = {
    "grant": (("access:assign", "access:delegate"), (_grant,)),
    "shadowed_grant": (("access:assign", "access:delegate"), (_grant,)),
    "membership": (("group_members:delete",), (_membership,)),
    "rule": (("roles:update",), (_rule,)),
    "wide_rule": (("roles:update",), (_narrow,)),
    "shadowed_rule": (("roles:update",), (_rule,)),
    "empty_group": (("groups:delete",), (_delete_group,)),
    "bare_group": (("roles:assign",), (_set_roles, _delete_group)),
    "twin": (("roles:delete",), (_delete_role,)),
    "twin_used": (("roles:assign",), (_replace,)),
    "loose_role": (("roles:delete",), (_delete_role,)),
    "invitation": (("accounts:update",), (_resend, _cancel)),
}


def remedies(found: Finding, reader: Any) -> list[Button]:
    """Return the steps that the reader may take; nobody takes away what is his own."""
    needed, steps = STEPS[found.kind]
    place = organisation(found.unit) if found.target or found.kind.endswith("role") else found.unit
    if found.of == reader or not any(reader.may(key, place) for key in needed):
        return []
    return [step(found) for step in steps]
