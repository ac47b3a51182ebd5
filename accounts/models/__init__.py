from accounts.models.access import Grant, UnitAccess
from accounts.models.accounts import Account, AccountQuerySet, StatusPeriod
from accounts.models.invitations import Invitation
from accounts.models.items import Item

__all__ = ["Account", "AccountQuerySet", "Grant", "Invitation", "Item", "StatusPeriod", "UnitAccess"]
