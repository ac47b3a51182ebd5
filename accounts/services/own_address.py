"""One's own e-mail address: asked for by the person, changed once somebody reads mail at the new one."""

from django.utils.translation import gettext as _

from accounts import links
from accounts.addresses import canonical, clean_address
from accounts.models import Account
from accounts.services.lifecycle import search_text
from accounts.services.status import end_everything, read_again
from accounts.sign_in.proof import proved_by_link
from adminrights.change import change
from adminrights.events import Event
from adminrights.exceptions import Invalid, ResetDead


def ask_address(account: Account, email: str) -> None:
    """Remember the address that the person wants, send the link there, and tell the present one (A11).

    Says nothing about whether somebody else has it: then no mail goes there (A9). Raises Invalid for what
    is no address, and for the present one.
    """
    with change(Event.ADDRESS_ASKED, actor=account, target=account) as c:
        read_again(account)
        email = clean_address(email)
        if canonical(email) == canonical(account.email):
            raise Invalid(_("This is your address already."))
        c.concern(account)
        c.update(account, new_email=email)
        c.send("address_confirm", account, to=email)
        c.send("address_asked", account)


def confirm_address(account: Account, stamp: str) -> None:
    """Take the new address over: every session ends, and the old address is told (A11, S3).

    Raises ResetDead when the link has run out, was used, or somebody else has the address meanwhile.
    """
    with change(Event.ACCOUNT_UPDATED, actor=account, target=account) as c:
        read_again(account)
        account.refresh_from_db(fields=["email_key", "new_email", "first_name", "last_name"])
        email = account.new_email
        if not links.address_stamp_holds(account, stamp) or is_taken(email):
            raise ResetDead(_("This link doesn't work any more. Ask for a new one."))
        proved_by_link(c)
        c.concern(account)
        c.send("address_changed", account, old=account.email, new=email)
        c.update(
            account,
            email=email,
            email_key=canonical(email),
            new_email="",
            search_text=search_text(email, account.first_name, account.last_name),
        )
        end_everything(c, account)


def is_taken(email: str) -> bool:
    """Return whether an account has the address."""
    return Account.objects.filter(email_key=canonical(email)).exists()
