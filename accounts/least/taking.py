"""Taking back one own right by the services that give and take them."""

from typing import Any

from accounts.models import Grant
from accounts.services.grants import set_levels, set_permission
from adminrights.change import Actor


def take_grant(grant: Any, *, actor: Actor) -> None:
    """End the account's own right, a level or one permission, and leave its others. Raises as they do."""
    account, unit = grant.account, grant.unit
    if grant.permission_id:
        return set_permission(account, grant.permission_id, given=False, actor=actor, unit=unit)
    own = Grant.objects.live().filter(account=account, unit=unit, module__isnull=False)
    others = own.exclude(module=grant.module_id)
    return set_levels(account, dict(others.values_list("module_id", "level")), actor=actor, unit=unit)
