"""An access rule that is broken, for pages that have to show one."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Account
from accounts.services.grants import set_permissions
from accounts.services.rules import Wanted, give_waiver, start_rule
from adminrights.change import SYSTEM
from adminrights.models import Unit


def rules_of(unit: Unit, *people: Account) -> dict[str, object]:
    """Make a rule that several people break, of whom the last is let off."""
    wanted = Wanted("nobody", "ad_campaigns:list")
    for person in people:
        set_permissions(person, {wanted.first: True}, actor=SYSTEM, unit=unit)
    rule = start_rule(wanted, unit=unit, actor=SYSTEM, despite=True)
    soon = timezone.now() + timedelta(days=9)
    waiver = give_waiver(rule, people[-1], until=soon, reason="Until the audit", actor=SYSTEM)
    return {"broken": rule.pk, "waiver": waiver.pk}
