"""What administrators do about second factors: reset somebody's, and require them."""

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import holders
from accounts.factors import FACTORS, HANDS_OUT
from accounts.models import Account
from accounts.services.factors import reset_factors, set_factor_rule
from accounts.views.steps import StepPage
from adminrights.change import Change
from adminrights.consequences import Line
from adminrights.models import Unit
from adminrights.views.confirm import ConfirmPage
from adminrights.views.units import UnitPage


class FactorsReset(StepPage):
    """For somebody who lost app, passkeys and recovery codes."""

    permission = "accounts:update"
    submit_label = gettext_lazy("Reset")

    def get_title(self) -> str:
        return _("Reset the second factor of %s?") % self.object.name

    def sentence(self) -> str:
        return (
            _(
                "App, passkeys and recovery codes are taken away, so that the password alone signs %s in. "
                "Make sure by another way than mail that it is really this person who asks."
            )
            % self.object.name
        )

    def lines(self, change: Change | None) -> list[Line]:
        return [
            {"kind": "lose", "text": _("Everything open in the browser ends at once.")},
            {"kind": "mail", "text": _("A notice goes to %s.") % self.object.email},
            {"kind": "note", "text": _("Whoever must have a second factor adds one at the next sign-in.")},
        ]

    def step(self, account: Account, reason: str) -> None:
        reset_factors(account, actor=self.request.user, unit=self.unit, reason=reason)

    def done(self, result: Account) -> str:
        return _("%s signs in with the password alone now, and is told so.") % result.name


class FactorRulePage(UnitPage, ConfirmPage):
    permission = "access:delegate"
    required = False

    def visible(self) -> QuerySet[Unit]:
        return super().visible().roots()  # type: ignore[attr-defined]

    def get_consequences(self, change: Change | None) -> list[Line]:
        # Nobody's rights change by it; whom it concerns stands in the notes.
        return []

    def run(self) -> str:
        set_factor_rule(self.object, required=self.required, actor=self.request.user)
        if self.required:
            return _("Whoever can hand out rights needs a second factor now.")
        return _("Nobody needs a second factor any more.")


class FactorRuleOn(FactorRulePage):
    required = True
    submit_label = gettext_lazy("Require it")
    submit_style = "primary"

    def get_title(self) -> str:
        return _("Require a second factor?")

    def get_sentence(self) -> str:
        return _("Whoever can hand out rights in %s signs in with a second factor.") % self.object

    def get_notes(self) -> list[Line]:
        people = {holder.account for key in HANDS_OUT for holder in holders(key, self.object)}
        ready = Authenticator.objects.filter(user__in=people, type__in=FACTORS).values("user")
        waiting = Account.objects.filter(pk__in=people).exclude(pk__in=ready)
        words = _("%s has none yet, and is led to add one before anything else.")
        return [{"kind": "note", "text": words % person.name} for person in waiting]


class FactorRuleOff(FactorRulePage):
    submit_label = gettext_lazy("Require it no longer")

    def get_title(self) -> str:
        return _("Require a second factor no longer?")

    def get_sentence(self) -> str:
        return _("A stolen password is then enough to hand out rights in %s.") % self.object
