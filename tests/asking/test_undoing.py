"""What an approval gave is taken back from beside its message, also where it took several steps."""

import pytest

from accounts.access import effective
from accounts.models import Account
from accounts.why.suggestions import ask, suggestions
from adminrights.models import Unit
from tests.accounts.pages import signed_in
from tests.accounts.test_undo import undo_in
from tests.asking.acts import asked_by, page

pytestmark = pytest.mark.django_db
# Needs a feature and another permission beside itself.
KEY = "integrations_paid:create"


def test_an_approval_of_several_steps_has_one_undo(ada: Account, nemo: Account, unit: Unit) -> None:
    before = frozenset(effective(nemo, unit).effective)
    request = asked_by(nemo, unit, key=KEY)
    found = suggestions(ask(nemo, unit, KEY, ada)).found
    steps = max((each.steps for each in found if not each.refusal), key=len)
    assert {step.kind for step in steps} == {"feature", "key"}
    browser = signed_in(ada)

    approved = browser.post(page("approve", request, step=[step.token for step in steps]), follow=True)

    assert frozenset(effective(nemo, unit).effective) > before
    undo = undo_in(approved)
    assert undo
    browser.post(undo, follow=True)
    assert frozenset(effective(Account.objects.get(pk=nemo.pk), unit).effective) == before
