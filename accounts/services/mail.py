"""Sending mails again that didn't arrive."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from adminrights.change import Actor
from adminrights.exceptions import WrongStatus
from adminrights.models import OutgoingMail, Unit
from adminrights.outbox import send_again


@dataclass(slots=True)
class SentAgain:
    """How many mails are on their way again, and those that nobody needs any more, with the reason."""

    mails: list[OutgoingMail] = field(default_factory=list)
    left: list[tuple[OutgoingMail, str]] = field(default_factory=list)


def send_all_again(mails: Iterable[OutgoingMail], *, actor: Actor, unit: Unit) -> SentAgain:
    """Let the worker try each mail again, one change each, and return what came of it.

    A mail that needs no sending any more is left and doesn't stop the others. Raises NotAllowed.
    """
    result = SentAgain()
    for mail in mails:
        try:
            send_again(mail, actor=actor, unit=unit)
        except WrongStatus as refusal:
            result.left.append((mail, str(refusal)))
        else:
            result.mails.append(mail)
    return result
