"""What accounts tell the layers below: the one place where hooks are set."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_in

from accounts import access, guards, item_sections, mail, uses
from accounts.asking import letters as asking_letters
from accounts.asking.reading import is_shown, waiting
from accounts.dates import letters
from accounts.effects import effects_of
from accounts.entrances import entrances
from accounts.models import Account
from accounts.notices import new_administrators
from accounts.owners import owners_stay
from accounts.reviews import letters as review_letters
from accounts.rules.guard import rules_hold
from accounts.services.sessions import record_sign_in
from accounts.sign_in.limits import begin, idle_after
from accounts.sign_in.proof import ask_proof, proof_of_person
from accounts.standing import one_level
from accounts.taking_back.offer import undo_url
from adminrights.collecting import counts_at_sign_in
from adminrights.hooks import hooks
from adminrights.models import Unit
from adminrights.promises import as_promised
from adminrights.units import Enterable
from roles.catalogue import catalogue
from roles.wording import by_module, summary

GUARDS = (
    as_promised,
    guards.nothing_lent,
    guards.people_of_the_unit,
    guards.protected_people,
    owners_stay,
    guards.shared_record,
    guards.new_addresses,
    entrances,
    guards.ceiling,
    guards.licences,
    guards.demoted_administrators,
    guards.last_administrator,
    guards.seats,
    one_level,
    rules_hold,
    proof_of_person,
)


def permits(actor: Any, permission: str, unit: Unit) -> bool:
    """Return whether the actor of a change holds the permission that the step needs."""
    return access.may(actor, permission, unit)


def label(permission: str) -> str:
    """Return the permission's label for a refusal."""
    return catalogue().permissions[permission].label


def sees_rights(account: Account, unit: Unit) -> bool:
    """Return whether the account sees what each of the others may do: it may open their pages."""
    return account.may("accounts:get", unit)


SHOWN: dict[str, Callable[[Any, Any], bool]] = {
    "items": item_sections.shown_in_menu,
    "my_items": item_sections.shown_as_mine,
    "requests": is_shown,
    "rights_of_all": sees_rights,
}


def signed_in(sender: object, request: Any, user: Account, **kwargs: Any) -> None:
    """Record a sign-in, by whatever door, and begin to measure the session."""
    begin(request)
    record_sign_in(user)
    counts_at_sign_in(request, user)


def connect() -> None:
    """Give the change pipeline its judgement: who may, what it does to people, what is refused."""
    hooks.permits = permits
    hooks.used = uses.record_change
    hooks.wording = label
    hooks.summary = summary
    hooks.areas = by_module
    hooks.is_grave = guards.is_administration
    hooks.effects = effects_of
    hooks.ask_proof = ask_proof
    hooks.undo = undo_url
    hooks.guards = list(GUARDS)
    hooks.notices = [new_administrators]
    hooks.idle_after = idle_after
    hooks.shown = SHOWN
    hooks.counted = {"requests": waiting}
    Enterable.units_of = staticmethod(access.units_of)
    mail.register_all({**letters.MESSAGES, **asking_letters.MESSAGES, **review_letters.MESSAGES})
    # In the place of Django's own receiver, which writes past the pipeline; it may connect before or after.
    user_logged_in.disconnect(dispatch_uid="update_last_login")
    user_logged_in.connect(signed_in, dispatch_uid="update_last_login")
