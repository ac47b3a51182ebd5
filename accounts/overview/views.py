"""The overview: what an administrator would rather look at than read."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.overview import administrators, ends, invitations, people, sign_ins, waiting
from accounts.overview.drawing import Picture
from accounts.reach import READ
from adminrights.views import DetailPage

READS_LOG = "access_log:list"


class Overview(DetailPage):
    """The unit in which the reader works and those below; each picture is there for whom its facts are."""

    permission = "accounts:list"
    title = gettext_lazy("Overview")
    template_name = "overview/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures = waiting.figures(self.request.user, self.unit)  # type: ignore[arg-type]
        return super().get_context_data(pictures=list(self.pictures()), figures=figures, **kwargs)

    def pictures(self) -> Iterator[Picture]:
        may_add, sees_pages = self.may("accounts:create"), self.may(READ)
        yield people.picture(self.unit, may_add=may_add)
        yield administrators.picture(self.unit, told=sees_pages)
        if sees_pages:
            yield invitations.picture(self.unit, may_add=may_add)
        yield ends.picture(self.unit)
        # Sign-ins are of the organisation as a whole: below its root the log shows none.
        if self.may(READS_LOG) and self.unit.parent_id is None:
            yield sign_ins.picture(self.unit)
