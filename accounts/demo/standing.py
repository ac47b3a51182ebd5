"""What is in the database already: nothing, the demo in one of its shapes, or other people."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.addresses import canonical
from accounts.demo.data import SHAPES, organisation
from accounts.models import Account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import GuardRefused, WrongStatus
from adminrights.models import Unit


class Foreign(GuardRefused):
    """The database isn't the demo's to fill."""

    code = "foreign"


def shape_here() -> str:
    """Return the shape of the demo that is here, or "". Its owner's address can belong to nobody real."""
    owners = {canonical(organisation(shape).owner.email): shape for shape in SHAPES}
    here = Account.objects.filter(email_key__in=owners).values_list("email_key", flat=True).first()
    return owners.get(here or "", "")


def refuse_other_people() -> None:
    """Raise Foreign when people or organisations are here that the demo didn't make."""
    if not shape_here() and (Account.objects.exists() or Unit.objects.exists()):
        raise Foreign("Other people are in this database. The demo only goes into an empty one.")


def refuse_other_shape(wanted: str) -> None:
    """Raise WrongStatus when the demo is here in another shape than the wanted one."""
    here = shape_here()
    if here and here != wanted:
        raise WrongStatus(
            f"The demo is here already, as {here}, and a database holds one shape. It was left as it is. "
            f"Give {wanted} a database of its own: make run SHAPE={wanted} "
            f"DATABASE_URL=sqlite:///.local/{wanted}.sqlite3"
        )


@transaction.atomic
def renew_passwords(passwords: dict[str, str]) -> None:
    """Give the personas these passwords and end their sessions and locks. Raises Foreign without the demo."""
    if not shape_here():
        raise Foreign("The demo isn't in this database, so nobody gets a new password.")
    for email, password in passwords.items():
        account = Account.objects.get_by_natural_key(email)
        with change(Event.PASSWORD_CHANGED, actor=SYSTEM, target=account) as c:
            c.concern(account)
            c.update(
                account,
                password=make_password(password),
                session_epoch=account.session_epoch + 1,
                failed_sign_ins=0,
                locked_at=None,
            )
