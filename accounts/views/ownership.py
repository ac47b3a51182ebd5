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
from adminrights.change import preview
from adminrights.conflicts import Sheet, sheet_of
from adminrights.consequences import consequences
from adminrights.exceptions import NotAllowed, Refused
from adminrights.going import go
from adminrights.models import Unit
from adminrights.promises import promised, seal, unseal
from adminrights.views import DetailPage
from adminrights.views.editing import CHOICE, THEIRS, EditPage
from adminrights.views.parts import Part, Reference
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


class OwnerTransfer(OwnerPage, EditPage):
    """First whom, then what that does, then the password of whoever says so."""

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
        return super().get_context_data(**extra | (self.asked(account) if account else {}) | kwargs)

    def asked(self, account: Account) -> dict[str, Any]:
        """Return what the transfer will do, or why it is refused."""
        try:
            root = Unit.objects.get(pk=self.object.pk)
            change = preview(lambda: hand_over(root, account, actor=self.request.user))
        except NotAllowed:
            raise
        except Refused as refusal:
            return {"refusal": str(refusal)}
        mails = [{"kind": "mail", "text": _("A mail goes to %s.") % mail.address} for mail in change.mails]  # type: ignore[union-attr]
        return {
            "effects": [*consequences(change), *mails],
            "previewed": seal(change, self.seal_place(account)),
        }

    def seal_place(self, account: Account) -> str:
        """What a look is good for: this account as the owner, for one reader."""
        return f"{self.request.path}:{self.request.user.pk}:{account.pk}"

    def apply(self, form: Any) -> Unit:
        values = form.cleaned_data
        actor, root = self.request.user, Unit.objects.get(pk=self.object.pk)
        account, password = values["account"], values["password"]
        tries = count_guess(self.request, actor)  # type: ignore[arg-type]
        digest, _typed = unseal(self.request.POST.get("previewed", ""), self.seal_place(account))
        with promised(digest):
            transfer_ownership(root, account, password=password, actor=actor, seen=self.seen)
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
