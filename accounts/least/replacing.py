"""Of two roles that allow the same one is enough: its groups get the other, and it can be deleted."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adminrights.consequences import Line
from adminrights.models.facts import standing_now
from adminrights.views.confirm import ConfirmPage
from groups.services import replace_role
from roles.models import Role
from roles.reading import groups_with
from roles.services import organisation
from roles.views import RolePage


class RoleReplace(RolePage, ConfirmPage):
    """Asks first, and names the groups; nobody gains or loses anything."""

    permission = "roles:assign"
    collects = True
    submit_label = gettext_lazy("Replace the role")
    submit_style = "primary"

    @cached_property
    def twin(self) -> Role:
        """The role that stays. Raises Http404."""
        others = self.visible().filter(built_in=False).exclude(pk=self.object.pk)
        found = others.filter(pk=self.kwargs["twin"]).first()
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return _("Replace %(role)s by %(twin)s?") % {"role": self.object, "twin": self.twin}

    def get_sentence(self) -> str:
        words = {"role": self.object, "twin": self.twin}
        return _("Both allow the same. Every group that carries %(role)s carries %(twin)s instead.") % words

    def get_notes(self) -> list[Line]:
        text = _("Group %(group)s carries %(twin)s instead")
        groups = groups_with(self.object, organisation(self.unit))
        return [{"kind": "note", "text": text % {"group": each, "twin": self.twin}} for each in groups]

    def run(self) -> str:
        groups = replace_role(self.object, self.twin, unit=self.unit, actor=self.request.user)
        said = ngettext(
            "%(count)d group carries %(twin)s instead of %(role)s.",
            "%(count)d groups carry %(twin)s instead of %(role)s.",
            len(groups),
        ) % {"count": len(groups), "twin": self.twin, "role": self.object}
        return f"{said} {_('Nobody gained or lost anything.')} {self._offer()}".rstrip()

    def _offer(self) -> str:
        return _("Nothing carries it any more: you can delete it.") if self.can_delete() else ""

    def can_delete(self) -> bool:
        """Return whether nothing refers to the role any more, and the reader may delete it."""
        carried = self.object.group_facts.filter(standing_now(timezone.now())).exists()
        return not carried and self.may_here("roles:delete")

    def get_success_url(self) -> str:
        """Return the question whether to delete it, once nothing refers to it."""
        if self.can_delete():
            return reverse("roles:role_delete", args=[self.object.pk])
        return str(self.twin.get_absolute_url())
