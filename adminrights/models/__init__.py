from adminrights.models.base import ChangedModel, ChangedQuerySet
from adminrights.models.collected import CollectedEdit
from adminrights.models.facts import Fact, FactQuerySet
from adminrights.models.journal import JournalEntry, JournalHead, JournalMention
from adminrights.models.mail import MailReport, OutgoingMail
from adminrights.models.receipts import Receipt
from adminrights.models.units import Unit, UnitFeature

__all__ = [
    "ChangedModel",
    "ChangedQuerySet",
    "CollectedEdit",
    "Fact",
    "FactQuerySet",
    "JournalEntry",
    "JournalHead",
    "JournalMention",
    "MailReport",
    "OutgoingMail",
    "Receipt",
    "Unit",
    "UnitFeature",
]
