"""Adding and editing accounts."""

from dataclasses import replace
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.accounts import DETAILS, AccountForm, AddAccountForm, EditAccountForm
from accounts.forms.unit_access import UnitAccessForm
from accounts.group_ticks import MOST_TYPED, ticks_of
from accounts.known import Known
from accounts.letters import mails_of
from accounts.matrix import form_matrix
from accounts.models import Account, UnitAccess
from accounts.offers import Offer, offer_to
from accounts.parts import GroupsPart, OwnLevelPart
from accounts.reach import administered
from accounts.services.editing import add_account, edit_account, groups_sheet, levels_sheet
from accounts.services.unit_access import Entry
from accounts.views.accounts import AccountPage
from accounts.views.adding import known_of, starts_with_address
from accounts.views.tabs import has_several_units
from adminrights.change import Change
from adminrights.conflicts import Sheet, sheet_of
from adminrights.consequences import Line
from adminrights.days import in_words
from adminrights.exceptions import Invalid
from adminrights.views.editing import EditPage
from adminrights.views.parts import Part, Values
from adminrights.views.previewed import Previewed


class AccountFormPage(AccountPage, Previewed):
    """Details, groups and levels in one form (S0-28)."""

    template_name = "accounts/account_form.html"
    matrix_url_name = ""

    @cached_property
    def offer(self) -> Offer:
        """What the reader may change of the account, as it was found."""
        return offer_to(self.request.user, self.unit, self.object)  # type: ignore[arg-type]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offer": self.offer}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.setdefault("form", self.get_form())
        more = self.ticks_context(form) | self.matrix_context(form)
        return super().get_context_data(**more | kwargs)

    def ticks_context(self, form: AccountForm) -> dict[str, Any]:
        """Return the groups' boxes as the form stands now; of many, those that are ticked or looked for."""
        if not form.offer.shows_groups:
            return {}
        everything = self.request.GET.get("groups") == "all"
        wanted = self.request.POST.get("find_group", "")[:MOST_TYPED]
        return {"ticks": ticks_of(form, wanted, everything=everything)}

    def matrix_context(self, form: AccountForm) -> dict[str, Any]:
        """Return the matrix as the form stands now, with what comes through the ticked groups greyed."""
        if not form.offer.levels:
            return {}
        chosen = form.chosen_groups() if form.offer.shows_groups else None
        matrix = form_matrix(
            self.object, self.unit, chosen=chosen, drawn=form.drawn_groups(), ticks=form.ticks()
        )
        return {"matrix": matrix, "drawn": chosen or (), "matrix_url": self.matrix_url()}

    def matrix_url(self) -> str:
        return reverse(f"accounts:{self.matrix_url_name}", kwargs=self.kwargs)


class AccountCreate(AccountFormPage):
    """S0-22, S0-28 to S0-39, S1-13, S1-22."""

    permission = "accounts:create"
    title = gettext_lazy("Add Account")
    form_class = AddAccountForm
    submit_label = gettext_lazy("Add Account")
    matrix_url_name = "account_create_matrix"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Somebody may be known from another unit, so the address comes first (S4-07).
        if "email" not in request.GET and starts_with_address():
            return redirect("accounts:account_address")
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.GET.get("email", "")[:254]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        units = self.units_form(context["form"])
        known = self.known(context["form"])
        url = known.account.get_absolute_url() if known and known.account and self.may("accounts:get") else ""
        return context | {"units_form": units, "known": known, "known_url": url}

    def known(self, form: AddAccountForm) -> Known | None:
        """Return what may be said of a known address, once the form was refused."""
        if not form.is_bound or not form.errors:
            return None
        return known_of(self.request, self.unit, str(form.data.get("email", "")))

    def units_form(self, form: AddAccountForm) -> UnitAccessForm | None:
        """Return the choice of units, where the reader works in several (S2-23)."""
        reach = administered(self.request.user, self.unit) if has_several_units(self.request) else {}
        if len(reach) < 2:
            return None
        sent = any(name.startswith("unit-") for name in form.data)
        return UnitAccessForm(form.data if sent else None, reach=reach, present={self.unit.pk: Entry()})

    def apply(self, form: AddAccountForm) -> Account:
        self.invited = form.cleaned_data["invite"]
        units, wanted = self.units_form(form), form.wanted()
        if units is not None and units.is_bound:
            if not units.is_valid():
                raise Invalid(" ".join(map(str, units.non_field_errors())))
            wanted = replace(wanted, units=units.wanted())
        return add_account(wanted, invite=self.invited, actor=self.request.user, unit=self.unit)

    def told(self, change: Change | None) -> list[Line]:
        """Return what it does to people; of an access that ends, when."""
        ends = {f.expires_at for f in change.started if isinstance(f, UnitAccess)} if change else set()
        text = _("The access ends by itself at %s.")
        dated: list[Line] = [{"kind": "note", "text": text % in_words(each)} for each in ends if each]
        return [*super().told(change), *mails_of(change), *dated]

    def done(self, result: Account) -> str:
        if self.invited:
            return _("The account was added. The invitation to %s is on its way.") % result.email
        return _("The account was added. No invitation was sent; Resend Invite sends it.")


class AccountEdit(AccountFormPage, EditPage):
    """S0-42, S1-24."""

    permission = "accounts:update"
    title = gettext_lazy("Edit")
    form_class = EditAccountForm
    collects = is_whole = True
    submit_label = gettext_lazy("Save")
    matrix_url_name = "account_edit_matrix"

    def get_title(self) -> str:
        return _("Edit %s") % self.object.name

    def find(self) -> Model | None:
        # Found anew it may be offered other groups.
        self.__dict__.pop("offer", None)
        return super().find()

    def parts(self) -> list[Part]:
        parts: list[Part] = [Values(self.object, EditAccountForm, DETAILS)]
        if self.offer.shows_groups:
            parts.append(GroupsPart(self.object, self.unit))
        if self.offer.levels:
            base = self.opened.sheet if self.opened else self.sheet()
            parts.append(OwnLevelPart(self.object, self.unit, base))
        return parts

    def sheet(self) -> Sheet:
        details = sheet_of(self.object, DETAILS)
        # Before the offer, whose groups the page shows: what changes in between is then noticed.
        groups, levels = groups_sheet(self.object, self.unit), levels_sheet(self.object, self.unit)
        return details | (groups if self.offer.shows_groups else {}) | (levels if self.offer.levels else {})

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in DETAILS}

    def apply(self, form: EditAccountForm) -> Account:
        account, actor = Account.objects.get(pk=self.object.pk), self.request.user
        self.changed = edit_account(account, form.wanted(), seen=self.seen, actor=actor, unit=self.unit)
        return account

    def done(self, result: Account) -> str:
        if "email" in self.changed and result.status == Account.Status.PENDING:
            return _("Saved. The link sent to the old address is void; Resend Invite sends a new one.")
        return _("Saved.")


class MatrixPage(AccountFormPage):
    """The matrix alone, redrawn while groups are ticked, or the groups that are looked for; saves nothing."""

    http_method_names = ["post"]
    template_name = "accounts/partials/own_levels.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        form = self.get_form()
        if request.htmx.target == "group-ticks":  # type: ignore[attr-defined]
            return render(request, "accounts/partials/groups_found.html", self.ticks_context(form))
        return self.render_to_response(self.matrix_context(form))


class AccountCreateMatrix(MatrixPage):
    permission = "accounts:create"
    form_class = AddAccountForm
    matrix_url_name = "account_create_matrix"


class AccountEditMatrix(MatrixPage):
    permission = "accounts:update"
    form_class = EditAccountForm
    matrix_url_name = "account_edit_matrix"
