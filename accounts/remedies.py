"""What helps where a right has no effect for want of a feature: the switch, or whom to ask for it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.models import Unit
from roles.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Remedy:
    """A sentence, or a link with its words."""

    text: str = ""
    url: str = ""
    label: str = ""


NONE = Remedy()


class FeatureRemedies:
    """For one reader and one unit; who owns the organisation is looked up at most once."""

    def __init__(self, reader: Account, unit: Unit) -> None:
        self._unit = unit
        self._root: Unit = unit.root or unit
        keys_there = reader.may("units:update", self._root)
        self._switches = keys_there and reader.may("units:get", unit)

    def of(self, feature: str) -> Remedy:
        """Return the link to the feature's switch for whoever may switch it, else whom to ask."""
        known = catalogue().features
        label = known[feature].label if feature in known else feature
        if self._switches:
            url = f"{reverse('accounts:unit_detail', args=[self._unit.pk])}#feature-{feature}"
            return Remedy(url=url, label=_("Switch %s on") % label)
        words = {"root": self._root.name}
        if self._root.owner:
            words["owner"] = self._root.owner.name
            return Remedy(_("Ask %(owner)s, who owns %(root)s, to switch it on.") % words)
        return Remedy(_("Ask somebody who may change %(root)s to switch it on.") % words)
