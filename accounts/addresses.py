"""E-mail addresses: one canonical form, so that two spellings can't be two people (N1)."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from accounts.alphabets import is_mixed
from adminrights.exceptions import Invalid
from adminrights.text import validate_visible

# The canonical form of an address can be longer than the address: "ß" becomes "ss".
LONGEST = 254


def canonical(text: str) -> str:
    """Return the form in which addresses are compared and stored as unique: NFKC, case folded.

    The database never folds case itself: SQLite and PostgreSQL disagree about look-alikes.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())


def clean_address(text: str) -> str:
    """Return the address as it will be kept and written to. Raises Invalid with what is wrong."""
    address = read_address(text)
    if is_mixed(address):
        raise Invalid(
            _(
                "The address %s mixes letters of several alphabets that look alike, so it could be taken for "
                "another one. Type it anew, in one alphabet."
            )
            % address[:100]
        )
    return address


def read_address(text: str) -> str:
    """Return the address of an account that may be here already. Raises Invalid for what can't be one."""
    text = text.strip()
    try:
        validate_visible(text)
        checked = validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValidationError) as error:
        raise Invalid(_("%s isn't an e-mail address that mail can reach.") % text[:100]) from error
    if len(canonical(checked.normalized)) > LONGEST:
        raise Invalid(_("The address %s… is too long.") % text[:30])
    return checked.normalized


def validate_address(text: str) -> None:
    """Raise ValidationError unless `clean_address` accepts the text; for forms."""
    try:
        clean_address(text)
    except Invalid as refusal:
        raise ValidationError(str(refusal), code="invalid") from refusal
