"""My access and My profile: open to everybody who is signed in."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.asking.mine import mine_in
from accounts.asking.reading import own_requests
from accounts.forms.accounts import PreferencesForm
from accounts.forms.session import OwnPasswordForm
from accounts.helpers import helpers
from accounts.item_sections import mine
from accounts.models import Account
from accounts.my_access import told
from accounts.my_units import units_to_work_in
from accounts.services.passwords import change_own_password
from accounts.services.profile import PREFERENCES, set_preferences
from accounts.sign_in.present import is_present_password
from accounts.views.security import CredentialPage, ProvedPage
from adminrights.conflicts import Sheet, sheet_of
from adminrights.languages import speak
from adminrights.models import JournalEntry
from adminrights.models.journal import JournalQuerySet
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import Open, Page
from adminrights.views.editing import EditPage
from adminrights.views.parts import Part, Values
from groups.models import Group


class MyAccess(Page):
    """What I may do, why, until when, and who can change it (scenario 25)."""

    open_to = Open.SIGNED_IN
    title = gettext_lazy("My access")
    template_name = "accounts/my_access.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account: Account = self.request.user  # type: ignore[assignment]
        context = super().get_context_data(**kwargs)
        if self.unit is None:
            return context | {"empty": self.empty()}
        access = told(account, self.unit, links=self.may("groups:get"))
        return context | {
            "access": access,
            "empty": self.empty(),
            "buttons": [
                Button(_("Access map"), reverse("accounts:my_map"), "waypoints"),
                Button(_("Why and why not"), reverse("accounts:my_access_search"), "search"),
                Button(_("Ask for access"), reverse("accounts:ask_search"), "hand-helping", "primary"),
            ],
            "my_requests": own_requests(account, self.unit),
            "my_facts": mine_in(account, self.unit),
            "helpers": helpers(account, self.unit),
            "owned": account.owned_units.filter(pk=self.unit.root_id_or_self).first(),
            "my_units": units_to_work_in(account, self.request.units, self.unit),  # type: ignore[attr-defined]
            **mine(account, self.unit),
        }

    def empty(self) -> EmptyState:
        return EmptyState(
            _("You may not do anything here yet"),
            _(
                "Your account works, but nobody has given you any rights. Ask for what you need, or write to "
                "one of the people named here."
            ),
            "key-round",
        )


class MyProfile(EditPage):
    """Own details to read, and the choices that are one's own."""

    open_to = Open.SIGNED_IN
    title = gettext_lazy("My profile")
    template_name = "accounts/my_profile.html"
    form_class = PreferencesForm
    submit_label = gettext_lazy("Save")

    @property
    def account(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def parts(self) -> list[Part]:
        return [Values(self.account, PreferencesForm, PREFERENCES)]

    def sheet(self) -> Sheet:
        return sheet_of(self.account, PREFERENCES)

    def entries(self) -> JournalQuerySet:
        return JournalEntry.objects.about(self.account)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.account, name) for name in PREFERENCES}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"account": self.account}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = Group.objects.present().filter(memberships__in=self.account.memberships.live())
        tags = [{"label": group.display_name} for group in groups]
        return super().get_context_data(account=self.account, tags=tags, **kwargs)

    def apply(self, form: PreferencesForm) -> None:
        set_preferences(self.account, seen=self.seen, **form.cleaned_data)
        # The next page greets in the language that was chosen just now.
        speak(self.account)

    def done(self, result: object) -> str:
        return _("Saved.")

    def get_success_url(self) -> str:
        return reverse("accounts:my_profile")


class MyPassword(ProvedPage, CredentialPage):
    """A new password, against the present one."""

    title = gettext_lazy("Change password")
    form_class = OwnPasswordForm
    submit_label = gettext_lazy("Change password")

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("My profile"), reverse("accounts:my_profile"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        is_present = partial(is_present_password, self.request, self.account)
        return super().get_form_kwargs() | {"is_present": is_present}

    def apply(self, form: OwnPasswordForm) -> None:
        change_own_password(self.account, password=form.cleaned_data["password"])

    def done(self, result: object) -> str:
        return _("Your password is changed. Everywhere else you are signed out.")

    def get_success_url(self) -> str:
        return reverse("accounts:my_profile")
