"""Making one person's rights like another's: first what changes and what stays, then it is done."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.compare.difference import Difference
from accounts.compare.sides import side_of_account
from accounts.compare.uncopied import uncopied
from accounts.models import Account
from accounts.services.likeness import Plan, make_like
from accounts.views.accounts import AccountPage
from accounts.views.tabs import has_several_units
from adminrights.change import Change
from adminrights.views.confirm import ConfirmPage
from roles.wording import summary

Line = dict[str, str]


class MakeLike(AccountPage, ConfirmPage):
    """In the unit in which one works; what the reader may not give or take stays, and is named."""

    permission = "accounts:get"
    submit_label = gettext_lazy("Make it so")
    submit_style = "primary"
    collects = True
    rest: Difference | None = None
    plan: Plan | None = None

    def model(self) -> Account:
        """Return who is taken as the model. Raises Http404."""
        found = self.visible().filter(pk=self.kwargs["model"]).exclude(pk=self.object.pk).first()
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return _("Make %(who)s like %(model)s?") % {"who": self.object.name, "model": self.model().name}

    def get_sentence(self) -> str:
        words = {"who": self.object.name, "model": self.model().name, "unit": self.unit.name}
        if has_several_units(self.request):
            sentence = _(
                "%(who)s gets the groups, own rights and access to units that %(model)s has in %(unit)s, and "
                "loses all others there."
            )
        else:
            sentence = _(
                "%(who)s gets the groups and own rights that %(model)s has in %(unit)s, and loses all others "
                "there."
            )
        return sentence % words

    def run(self) -> str:
        model = self.model()
        self.plan = make_like(self.object, model, actor=self.request.user, unit=self.unit)
        sides = (side_of_account(Account.objects.get(pk=pk), self.unit) for pk in (self.object.pk, model.pk))
        self.rest = Difference(*sides)
        words = {"who": self.object.name, "model": model.name}
        if self.rest.only_left or self.rest.only_right:
            return _("%(who)s is like %(model)s now, but for what you may not change.") % words
        return _("%(who)s may do the same as %(model)s now.") % words

    def get_consequences(self, change: Change | None) -> list[Line]:
        return [*super().get_consequences(change), *self.left_over()]

    def left_over(self) -> list[Line]:
        """Return what stays different, one line each."""
        if self.rest is None or self.plan is None:
            return []
        lacks, keeps = _("%(who)s still won't have: %(what)s."), _("%(who)s keeps: %(what)s.")
        why = (
            _("You may not change it.")
            if self.plan.left
            else _("It comes from no group and no own right here.")
        )
        parts = ((lacks, self.rest.only_right), (keeps, self.rest.only_left))
        told = [
            sentence % {"who": self.object.name, "what": summary(keys)} for sentence, keys in parts if keys
        ]
        lines = [f"{each} {why}" for each in told]
        if any(piece.kind == "access" for piece in self.plan.left):
            lines.append(_("Access to some units stays as it is: you may not change it."))
        model = self.model()
        if any(piece.ends for piece in self.plan.done):
            words = {"who": self.object.name, "model": model.name}
            lines.append(_("What ends for %(model)s by itself ends for %(who)s on the same day.") % words)
        lines += uncopied(self.object, model, self.request.user, self.unit)
        return [{"kind": "note", "text": line} for line in lines]

    def get_success_url(self) -> str:
        return reverse(
            "accounts:compare",
            query={"left": f"account:{self.object.pk}", "right": f"account:{self.kwargs['model']}"},
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"cancel_url": self.get_success_url()} | kwargs)
