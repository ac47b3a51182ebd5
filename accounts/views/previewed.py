"""Forms about one account that say what saving would do, and say it again when it is done."""

from django.utils.translation import gettext as _

from accounts.views.accounts import AccountPage
from adminrights.views.previewed import PreviewedPage


class PreviewedFormPage(AccountPage, PreviewedPage):
    """Tells what was done to the person."""

    def done(self, result: object) -> str:
        if self.promise.change is None:
            return _("Nothing was changed.")
        return " ".join([_("Saved."), *self.what_it_did()])
