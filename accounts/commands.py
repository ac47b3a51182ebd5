"""What the commands about accounts have in common: natural keys in, one account out."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, time
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.utils import timezone

from accounts.addresses import read_address
from accounts.models import Account
from accounts.sources import SourceLine
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.text import validate_visible
from roles.catalogue import catalogue


class AccountCommand(ServiceCommand):
    """A command about one account, named by its address."""

    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        self.address_argument(parser)

    def address_argument(self, parser: ArgumentParser) -> None:
        """Add the argument that names the account."""
        parser.add_argument("email", help="the account's e-mail address, in any spelling")

    def run(self, **options: Any) -> Outcome:
        account = find_account(options["email"])
        text = self.apply(account, self.find_unit(options["unit"]), options)
        return Outcome(data=account_data(account), text=text)

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        """Do it and return the sentence that says so."""
        raise NotImplementedError


def find_account(email: str) -> Account:
    """Return the account with the address. Raises CommandError, or Invalid for what is no address."""
    email = read_address(email)
    try:
        return Account.objects.get_by_natural_key(email)
    except Account.DoesNotExist:
        raise CommandError(f"There is no account with the address {email}.") from None


def refuse_unstorable(text: str) -> str:
    """Return the text. Raises Invalid for what no database can store or nobody can see."""
    try:
        validate_visible(text)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    return text


def find_permission(key: str) -> str:
    """Return the key of a permission, or of a named one. Raises Invalid, with those that are like it."""
    known = [*catalogue().permissions, *catalogue().named]
    if key in known:
        return key
    near = get_close_matches(key, known, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise Invalid(f"There is no permission {key}.{hint}")


def add_date(parser: ArgumentParser) -> None:
    """Add --at: the state at a date or time of the past or the future."""
    parser.add_argument(
        "--at", type=read_moment, default=None, metavar="DATE", help="then, not now: 2026-03-31"
    )


def read_moment(text: str) -> datetime:
    """Return the moment that the text names: an ISO time, or a day, which means its end."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date. Write 2026-03-31 or 2026-03-31T14:30.") from None
    if not 1970 < moment.year < 9000:
        raise ArgumentTypeError("Choose a year between 1971 and 8999.")
    if "T" not in text and " " not in text:
        moment = datetime.combine(moment, time.max)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def source_data(source: SourceLine) -> dict[str, Any]:
    """Return one source of a right; its text says all of it in one line."""
    told = [source.text]
    if source.unit:
        told.append(f"in {source.unit}")
    if source.since:
        told.append(f"since {source.since:%Y-%m-%d}")
    if source.by:
        told.append(f"given by {source.by}")
    if source.until:
        told.append(f"until {source.until:%Y-%m-%d}")
    dates = {"since": stamp(source.since), "until": stamp(source.until)}
    return {"kind": source.kind, "text": ", ".join(told), "by": source.by, **dates}


def account_data(account: Account) -> dict[str, Any]:
    """Return the account as the commands print it for machines."""
    return {
        "id": account.pk,
        "email": account.email,
        "name": account.name,
        "status": account.status,
        "locked": account.is_locked,
    }


def stamp(moment: datetime | None) -> str | None:
    """Return the time as RFC 3339 in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
