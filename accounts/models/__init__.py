from accounts.models.access import Grant, UnitAccess
from accounts.models.accounts import Account, AccountQuerySet, StatusPeriod, may_enter
from accounts.models.invitations import Invitation
from accounts.models.items import Item
from accounts.models.requests import AccessRequest
from accounts.models.reviews import Review, Reviewer, ReviewLine
from accounts.models.rules import AccessRule, Waiver
from accounts.models.uses import Use

__all__ = [
    "AccessRequest",
    "AccessRule",
    "Account",
    "AccountQuerySet",
    "Grant",
    "Invitation",
    "Item",
    "Review",
    "ReviewLine",
    "Reviewer",
    "StatusPeriod",
    "UnitAccess",
    "Use",
    "Waiver",
    "may_enter",
]
