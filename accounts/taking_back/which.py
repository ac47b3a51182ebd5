"""Which changes can be taken back, and why the others can't."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry

FIT = frozenset(
    {
        Event.UNIT_CREATED,
        Event.UNIT_UPDATED,
        Event.UNIT_MOVED,
        Event.UNIT_CLOSED,
        Event.UNIT_REOPENED,
        Event.UNIT_LIMITS_CHANGED,
        Event.UNIT_FEATURES_CHANGED,
        Event.FACTOR_RULE_CHANGED,
        Event.ACCOUNT_UPDATED,
        Event.ACCOUNT_DISABLED,
        Event.ACCOUNT_REACTIVATED,
        Event.ACCOUNT_REMOVED,
        Event.ACCOUNT_ADDED,
        Event.ACCOUNT_ACCESS_CHANGED,
        Event.ACCOUNT_RIGHTS_CHANGED,
        Event.GRANTS_CHANGED,
        Event.DATES_CHANGED,
        Event.REQUEST_APPROVED,
        Event.GIVEN_BACK,
        Event.MEMBERSHIPS_CHANGED,
        Event.GROUP_CREATED,
        Event.GROUP_UPDATED,
        Event.GROUP_MEMBERS_CHANGED,
        Event.GROUP_ROLES_CHANGED,
        Event.GROUP_DELETED,
        Event.GROUP_RESTORED,
        Event.ROLE_CREATED,
        Event.ROLE_UPDATED,
        Event.ROLE_RULES_CHANGED,
        Event.ROLE_REPLACED,
        Event.ROLE_COPIED,
        Event.ROLE_DELETED,
        Event.ROLE_RESTORED,
        Event.RULE_STARTED,
        Event.RULE_ENDED,
        Event.WAIVER_GIVEN,
        Event.WAIVER_ENDED,
        Event.CHANGE_TAKEN_BACK,
        Event.POLICY_APPLIED,
        Event.EDITS_APPLIED,
        Event.REVIEW_CLOSED,
        Event.REVIEW_CHECKED,
        Event.ITEM_HANDED_OVER,
        Event.ITEM_TAKEN_BACK,
    }
)
# What there is instead, where people might look for it.
INSTEAD = {
    Event.ACCOUNT_CREATED: gettext_lazy("An account stays: cancel its invitation, disable it or remove it."),
    Event.INVITATION_CREATED: gettext_lazy("A mail can't be called back. Cancel the invitation instead."),
    Event.INVITATION_RESENT: gettext_lazy("A mail can't be called back. Cancel the invitation instead."),
    Event.INVITATION_LINK_MADE: gettext_lazy("A link can't be called back. Cancel the invitation instead."),
    Event.INVITATION_CANCELLED: gettext_lazy("Reactivate the account and send the invitation again."),
    Event.INVITATION_ACCEPTED: gettext_lazy("The person has set a password. Disable the account instead."),
    Event.ACCOUNT_LOCKED: gettext_lazy("Unlock the account on its page."),
    Event.ACCOUNT_UNLOCKED: gettext_lazy("Disable the account if nobody shall sign in with it."),
    Event.FACTORS_RESET: gettext_lazy("The person adds a second factor again, on the own page."),
    Event.PASSWORD_CHANGED: gettext_lazy("The former password is kept nowhere. Choose another one."),
    Event.UNIT_OWNER_CHANGED: gettext_lazy("Hand the organisation over again, on its page."),
    Event.CATALOGUE_LOADED: gettext_lazy("It came with the product: install the former version."),
    Event.BACKUP_RESTORED: gettext_lazy("Restore another backup."),
    Event.REQUEST_WITHDRAWN: gettext_lazy("Ask for the access again."),
    Event.REQUEST_DECLINED: gettext_lazy("Ask for the access again, or give it on the account's page."),
    Event.REQUEST_CLOSED: gettext_lazy("Ask for the access again."),
    Event.ITEM_RETIRED: gettext_lazy("Register the item again, and hand it over on its page."),
}


def is_fit(entry: JournalEntry) -> bool:
    """Return whether the entry tells of a change that can be taken back, as far as its kind goes."""
    done = entry.outcome == JournalEntry.Outcome.DONE
    return done and entry.event in FIT and bool(entry.data.get("changes"))


def why_not(entry: JournalEntry) -> str:
    """Return what to do instead of taking it back; empty where nobody would look for it."""
    return str(INSTEAD.get(Event(entry.event), "")) if entry.event in Event.values else ""


def taken_back_in(entry: JournalEntry) -> QuerySet[JournalEntry]:
    """Return the entries that took it back, the newest first."""
    return JournalEntry.objects.about(entry).filter(
        event=Event.CHANGE_TAKEN_BACK, outcome=JournalEntry.Outcome.DONE
    )


def refuse_unfit(entry: JournalEntry) -> None:
    """Raise Invalid, with what to do instead, for what can't be taken back."""
    if entry.outcome != JournalEntry.Outcome.DONE:
        raise Invalid(_("This was refused. There is nothing to take back."))
    if not is_fit(entry):
        raise Invalid(why_not(entry) or _("This can't be taken back."))
