"""What a list of "Who can" is narrowed by; all of it in the address."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms.moment import MomentField
from accounts.models import Account, Item
from accounts.who.judge import DIRECT, GROUP, HANDED, OWNER
from accounts.who.listing import ONLY_GROUPS, Wanted
from adminrights.past import as_then
from adminrights.widgets import LongSelect
from groups.models import Group
from roles.catalogue import Module, catalogue
from roles.models import Role

DAYS = {"7": 7, "30": 30, "90": 90, "365": 365}


class WhoForm(forms.Form):
    """Search, ways, sources, ends. Fields that make no sense for the question are left out."""

    q = forms.CharField(required=False, label=gettext_lazy("Name or e-mail"), max_length=200)
    level = forms.ChoiceField(required=False, label=gettext_lazy("Level"))
    action = forms.ChoiceField(required=False, label=gettext_lazy("Action"), widget=LongSelect)
    way = forms.ChoiceField(required=False, label=gettext_lazy("How"))
    group = forms.IntegerField(required=False, label=gettext_lazy("Group"), widget=LongSelect)
    role = forms.IntegerField(required=False, label=gettext_lazy("Role"), widget=LongSelect)
    status = forms.ChoiceField(required=False, label=gettext_lazy("Status"))
    days = forms.ChoiceField(required=False, label=gettext_lazy("Ends within"))
    at = MomentField(required=False)

    def __init__(self, *args: Any, leave_out: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in leave_out:
            del self.fields[name]
        spans = [(key, ngettext("%d day", "%d days", days) % days) for key, days in DAYS.items()]
        self._choose("days", [("", _("Any time")), *spans])
        self._choose("status", [("", _("All")), *Account.Status.choices])
        self.ways()

    def ways(self, *, handed: bool = False) -> None:
        """Offer the ways in which people may have it."""
        by_hand = [(HANDED, _("Handed to them"))] if handed else []
        ways = [
            ("", _("All")),
            (OWNER, _("As owner")),
            *by_hand,
            (DIRECT, _("Directly")),
            (GROUP, _("Through a group")),
            (ONLY_GROUPS, _("Only through groups")),
        ]
        self._choose("way", ways)

    def levels_of(self, module: Module) -> None:
        """Offer the levels of the module."""
        self._choose("level", [(str(int(level)), level.label) for level in module.levels])

    def actions_of(self, item: Item) -> None:
        """Offer the actions of the item's resource."""
        resource = catalogue().resources.get(item.resource_id)
        known = resource.permissions if resource else ()
        self._choose("action", [("", _("All")), *((each.action, each.label) for each in known)])
        self.ways(handed=True)

    def sources_of(self, groups: Iterable[int], roles: Iterable[int], at: datetime | None) -> None:
        """Offer the groups and roles through which people have it, under their names at the moment."""
        self._name("group", Group.objects.in_bulk(list(groups)), at)
        self._name("role", Role.objects.in_bulk(list(roles)), at)

    def _name(self, field: str, things: Mapping[int, Any], at: datetime | None) -> None:
        if field in self.fields:
            names = [(str(each.pk), str(each)) for each in as_then(things.values(), at)]
            names.sort(key=lambda pair: pair[1].casefold())
            self.fields[field].widget.choices = [("", _("All")), *names]

    def _choose(self, field: str, choices: list[tuple[str, Any]]) -> None:
        if field in self.fields:
            self.fields[field].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return what the form says."""
        asked = self.cleaned_data
        return Wanted(
            text=asked.get("q", ""),
            way=asked.get("way", ""),
            group=asked.get("group"),
            role=asked.get("role"),
            status=asked.get("status", ""),
            days=DAYS.get(asked.get("days", "")),
        )
