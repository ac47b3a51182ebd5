"""Every way in which the product says no. Each carries a sentence for people."""

from collections.abc import Iterable
from typing import Any


class Refused(Exception):
    """A change that was not made. Nothing was saved and nothing was sent.

    `str(error)` is a sentence that a person can act on; `code` is stable for machines;
    `exit_code` is what a command ends with.
    """

    code = "refused"
    exit_code = 1
    # The attempt as the journal has it: its id, and what `journal_again` needs.
    attempt: Any = None


class Invalid(Refused):
    """What was asked for doesn't exist: a level that a module doesn't offer, an unknown role."""

    code = "invalid"


class NotFound(Refused):
    """There is no such thing in this organisation, or it is another's (Z4)."""

    code = "not_found"


class WrongStatus(Refused):
    """The account's state doesn't allow this step (T1–T12)."""

    code = "wrong_status"


class Stale(Refused):
    """Somebody else changed the object since it was read."""

    code = "stale"


class Moved(Refused):
    """Saving would do something else to people than what was shown before."""

    code = "moved"


class InvitationDead(Refused):
    """The link was used, replaced, cancelled or has run out."""

    code = "invitation_dead"


class ResetDead(Refused):
    """The link for a new password was used, or has run out, or the account has changed since."""

    code = "reset_dead"


class SignInRefused(Refused):
    """Nobody may sign in with these data; the sentence doesn't tell why (A9)."""

    code = "sign_in_refused"


class TooManyTries(SignInRefused):
    """Too many tries came from one place; it is the same for everybody whom they were about (A10)."""

    code = "too_many_tries"


class GuardRefused(Refused):
    """A guard stopped a change for what it would cause."""

    code = "guard"
    exit_code = 4


class NotAllowed(GuardRefused):
    """The actor lacks a permission that the step itself needs."""

    code = "not_allowed"

    def __init__(self, sentence: str, missing: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.missing = tuple(missing)


class NeedsProof(NotAllowed):
    """The person has to prove first who they are: their last proof is too old."""

    code = "needs_proof"


class LastAdministrator(GuardRefused):
    """Nobody could administer the organisation any more (Z7, scenario 24)."""

    code = "last_administrator"


class MayNotPassOn(GuardRefused):
    """Somebody would gain a right that the actor may not pass on (Z2)."""

    code = "may_not_pass_on"


class OwnRights(GuardRefused):
    """Nobody raises their own rights (Z8)."""

    code = "own_rights"


class HigherAdministrator(GuardRefused):
    """The account holds administration that the actor lacks."""

    code = "higher_administrator"


class WorksElsewhere(GuardRefused):
    """The account is also one of a unit in which the actor may not change accounts."""

    code = "works_elsewhere"


class OwnerProtected(GuardRefused):
    """Nobody but the owner changes the owner's account."""

    code = "owner_protected"


class OwnAccount(GuardRefused):
    """Nobody disables or removes themselves (scenario 24)."""

    code = "own_account"


class NoSeatLeft(GuardRefused):
    """The organisation's seats are all taken (C-15)."""

    code = "no_seat_left"


class NoUnitLeft(GuardRefused):
    """The organisation's units are all in use (S4-39)."""

    code = "no_unit_left"


class RuleBroken(GuardRefused):
    """An access rule would no longer hold for somebody, or too few people would be left."""

    code = "rule_broken"
