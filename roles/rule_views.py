"""The rule editor: one resource, then the actions that it offers (S1-57, S1-58)."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.conflicts import Sheet
from adminrights.views.confirm import ConfirmPage
from adminrights.views.parts import Part
from roles.catalogue import catalogue
from roles.forms import RuleForm
from roles.models import Role
from roles.parts import RulePart
from roles.reading import offered
from roles.services import permissions_of, rules_sheet, set_rule
from roles.views import RolePage, RolePreviewedPage
from roles.wording import target_label, wide_label


class RuleAdd(RolePreviewedPage):
    """Add Rule: choose a resource, or everything in a module, then its actions."""

    permission = "roles:update"
    is_whole = False
    title = gettext_lazy("Add Rule")
    form_class = RuleForm
    template_name = "roles/rule_form.html"
    dialog_template_name = "roles/rule_form.html"
    submit_label = gettext_lazy("Save rule")
    target = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.target = request.POST.get("target") or request.GET.get("target") or ""

    def parts(self) -> list[Part]:
        return [RulePart(self.object, "actions", self.target)]

    def sheet(self) -> Sheet:
        return rules_sheet(self.object, [f"{self.target}:{action.key}" for action in offered(self.target)])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"target": self.target}

    def get_initial(self) -> dict[str, Any]:
        # A resource that has a rule already shows it: saving replaces, so nothing is lost by surprise.
        held = {key for key in permissions_of(self.object) if key.startswith(f"{self.target}:")}
        return {"actions": [key.partition(":")[2] for key in held]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        in_dialog = getattr(self.request, "htmx", False)
        extra = {"target": self.target, "choices": target_choices(), "in_dialog": bool(in_dialog)}
        # Nothing can be saved before something is chosen.
        extra["waits"] = not offered(self.target)
        # S3-94: whoever may change something but not see it doesn't find the page.
        extra["has_view"] = any(action.key in {"list", "get"} for action in offered(self.target))
        return super().get_context_data(**extra | kwargs)

    def apply(self, form: Form) -> Role:
        actions, actor = form.cleaned_data["actions"], self.request.user
        set_rule(self.object, self.target, actions, actor=actor, unit=self.unit, seen=self.seen)
        return self.object

    def done(self, result: Role) -> str:
        return _("The rule about %(what)s is saved.") % {"what": target_label(self.target)}


class RuleEdit(RuleAdd):
    """Other actions for a resource that the role already has a rule about.

    An address may name those to keep: then they are filled in, for whoever wants to take the others away.
    """

    is_whole = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.target = known_target(kwargs["target"])

    def get_title(self) -> str:
        return _("Rule: %s") % target_label(self.target)

    def get_initial(self) -> dict[str, Any]:
        held = super().get_initial()["actions"]
        kept = [action for action in held if action in self.request.GET.getlist("keep")]
        return {"actions": kept or held}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"choices": ()} | kwargs)


class RuleRemove(RolePage, ConfirmPage):
    """Asks first, and says who loses what by it."""

    permission = "roles:update"
    collects = True
    submit_label = gettext_lazy("Remove rule")

    @property
    def target(self) -> str:
        return known_target(self.kwargs["target"])

    def get_title(self) -> str:
        return _("Remove the rule about %s?") % target_label(self.target)

    def get_sentence(self) -> str:
        return _("%s allows nothing of this any more.") % self.object

    def run(self) -> str:
        removed = set_rule(self.object, self.target, (), actor=self.request.user, unit=self.unit)
        words = _("The rule about %s is removed.") if removed else _("There was no rule about %s any more.")
        return words % target_label(self.target)


def known_target(target: str) -> str:
    """Return the target if rules can be about it. Raises Http404."""
    if not offered(target):
        raise Http404
    return target


def target_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a rule can be about, by module, everything in the module first (S1-59)."""
    return [
        (
            module.label,
            [(f"{module.key}.*", wide_label(module.key)), *((r.key, r.label) for r in module.resources)],
        )
        for module in catalogue().modules.values()
    ]
