"""Taking a change back (accounts/taking_back)."""

from django.utils.translation import gettext as _

from accounts.taking_back.facts import facts_of, put_right
from accounts.taking_back.handed import hand_back
from accounts.taking_back.objects import remove_made, restore, turn_status
from accounts.taking_back.rules import end_rules, start_rules
from accounts.taking_back.which import refuse_unfit
from adminrights.change import Actor, change
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry, Unit


def take_back(entry: JournalEntry, *, actor: Actor, unit: Unit, reason: str = "") -> list[str]:
    """Undo a change, however old, as far as nothing newer stands in its way; return what stays as it is.

    Raises Invalid for what can't be taken back and where nothing of it stands any more, NotAllowed without
    what each part of it needs, and what the services and guards raise.
    """
    with change(Event.CHANGE_TAKEN_BACK, actor=actor, unit=entry.unit or unit, reason=reason) as c:
        refuse_unfit(entry)
        left = [*turn_status(c, entry, unit), *restore(c, entry, unit)]
        facts = facts_of(entry.change, c.at)
        end_rules(c, facts)
        put_right(c, facts)
        remove_made(c, entry, unit)
        handed = hand_back(c, entry)
        # Last: a rule is looked at by what everybody holds then.
        start_rules(c, facts)
        left = list(dict.fromkeys([*left, *facts.left, *handed]))
        if not c.written:
            raise Invalid(_("Nothing of this change stands any more: it was changed or taken back since."))
        c.mentions.add(("journalentry", entry.pk))
        c.note(taken_back=entry.sequence, left="; ".join(left))
    return left
