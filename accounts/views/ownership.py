"""Making somebody else the owner (S2-28, S2-29)."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.units import TransferForm
from accounts.models import Account, AccountQuerySet
from accounts.services.ownership import hand_over, transfer_ownership
from accounts.sign_in.present import count_guess
from adminrights.change import Change, preview
from adminrights.conflicts import Sheet, sheet_of
from adminrights.consequences import Line
from adminrights.exceptions import NotAllowed, Refused
from adminrights.going import go
from adminrights.models import Unit
from adminrights.promises import seal
from adminrights.views import DetailPage
from adminrights.views.editing import CHOICE, THEIRS
from adminrights.views.parts import Part, Reference
from adminrights.views.previewed import PreviewedPage
from adminrights.views.units import UnitPage

FOUND = 20


class OwnerPage(UnitPage):
    """A page about the owner of the organisation: for the owner and for full administrators."""

    permission = "access:delegate"

    def visible(self) -> QuerySet[Unit]:
        return super().visible().roots()  # type: ignore[attr-defined]

    def people(self) -> AccountQuerySet:
        """Return whom the organisation might belong to: active accounts with access to it."""
        found: AccountQuerySet = Account.objects.in_unit(self.object).exclude(pk=self.object.owner_id)
        return found.filter(status=Account.Status.ACTIVE)

    def found(self) -> list[Account]:
        """Return the first of them whose name or address has what was typed."""
        text = self.request.GET.get("find", "").strip()
        return list(self.people().search(text)[:FOUND]) if text else []


class OwnerSearch(OwnerPage, DetailPage):
    """The accounts that match what is typed, for htmx."""

    template_name = "units/owner_found.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        find = self.request.GET.get("find", "")
        return {"unit_shown": self.object, "found": self.found(), "find": find}


class OwnerTransfer(OwnerPage, PreviewedPage):
    """First whom, then what that does, then the password of whoever says so."""

    collects = False
    asks = True
    form_class = TransferForm
    template_name = "units/owner.html"
    submit_label = gettext_lazy("Transfer ownership now")
    submit_style = "danger"

    def get_title(self) -> str:
        return _("Owner of %s") % self.object

    def parts(self) -> list[Part]:
        return [Reference(self.object, TransferForm, "owner_id", "account")]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, ("owner_id",))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get(f"{CHOICE}owner_id") == THEIRS:
            messages.info(request, _("The owner stays as it is."))
            self.object = self.find()
            return go(request, self.get_success_url())
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"people": self.people()}

    def chosen(self) -> Account | None:
        """Return the account that was chosen, where it may be."""
        text = self.request.POST.get("account", self.request.GET.get("account", ""))
        known = text.isascii() and text.isdigit() and len(text) < 19
        return self.people().filter(pk=int(text)).first() if known else None

    def get_initial(self) -> dict[str, Any]:
        account = self.chosen()
        return {"account": account.pk} if account else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = self.chosen()
        extra = {
            "unit_shown": self.object,
            "chosen": account,
            "found": self.found(),
            "find": self.request.GET.get("find", ""),
            "submit_style": self.submit_style,
        }
        shown = self.asked(account) if account and "ahead" not in kwargs else {"previews": False}
        return super().get_context_data(**extra | shown | kwargs)

    def asked(self, account: Account) -> dict[str, Any]:
        """Return what the transfer will do, or why it is refused."""
        try:
            change = preview(lambda: self.try_on(account))
        except NotAllowed:
            raise
        except Refused as refusal:
            return {"refusal": str(refusal)}
        sealed = seal(change, self.seal_place, str(account.pk))
        return {"ahead": self.told(change), "previewed": sealed, "previews": False}

    def try_on(self, account: Account, seen: Sheet | None = None) -> None:
        """Hand it over, on an object of its own and without the password: to see what that does."""
        hand_over(Unit.objects.get(pk=self.object.pk), account, actor=self.request.user, seen=seen)

    def try_out(self, form: Any) -> Change | None:
        return preview(lambda: self.try_on(form.cleaned_data["account"], self.seen))

    def told(self, change: Change | None) -> list[Line]:
        mails = change.mails if change else []
        return [
            *super().told(change),
            *({"kind": "mail", "text": _("A mail goes to %s.") % mail.address} for mail in mails),
        ]

    def typed(self, form: Any) -> str:
        """A look is good for whom it was about, whatever password is typed then."""
        return str(form.cleaned_data["account"].pk)

    def apply(self, form: Any) -> Unit:
        values = form.cleaned_data
        actor, root = self.request.user, Unit.objects.get(pk=self.object.pk)
        tries = count_guess(self.request, actor)  # type: ignore[arg-type]
        transfer_ownership(root, values["account"], password=values["password"], actor=actor, seen=self.seen)
        tries.usage.rollback()
        return root

    def done(self, result: Unit) -> str:
        return _("%(who)s is the owner of %(unit)s now.") % {"who": result.owner.name, "unit": result}  # type: ignore[union-attr]

    def get_success_url(self) -> str:
        if self.may("units:get"):
            return str(self.object.get_absolute_url())
        return reverse("home")

    def form_invalid(self, form: Any) -> HttpResponse:
        self.object.refresh_from_db()
        return super().form_invalid(form)
