"""What a change does to people, in words, for pages that ask before they do it."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adminrights.change import Change
from adminrights.hooks import hooks

MOST_GROUPS, MOST_PEOPLE = 12, 6
Line = dict[str, str]
Rights = frozenset[str]


def consequences(change: Change | None) -> list[Line]:
    """Return one line for each set of people who gain or lose the same, the largest sets first."""
    people = _people(change) if change else {}
    if not people:
        return [{"kind": "note", "text": _("Nobody gains or loses anything by this.")}]
    lines = []
    for (gained, lost), accounts in list(people.items())[:MOST_GROUPS]:
        lines += list(_lines(_names(accounts), gained, lost, len(accounts)))
    rest = sum(len(accounts) for accounts in list(people.values())[MOST_GROUPS:])
    if rest:
        text = ngettext("and %(count)d more person", "and %(count)d more people", rest) % {"count": rest}
        lines.append({"kind": "note", "text": text})
    return lines


def _people(change: Change) -> dict[tuple[Rights, Rights], list[int]]:
    gained: dict[int, set[str]] = defaultdict(set)
    lost: dict[int, set[str]] = defaultdict(set)
    for effect in change.effects.real:
        gained[effect.account] |= effect.gained
        lost[effect.account] |= effect.lost
    alike: dict[tuple[Rights, Rights], list[int]] = defaultdict(list)
    for account in gained:
        alike[frozenset(gained[account]), frozenset(lost[account])].append(account)
    return dict(sorted(alike.items(), key=lambda item: (-len(item[1]), item[1])))


def _names(accounts: Collection[int]) -> str:
    found = get_user_model()._default_manager.filter(pk__in=list(accounts)[:MOST_PEOPLE])
    return some([account.get_full_name() for account in found], len(accounts))


def _lines(who: str, gained: Rights, lost: Rights, count: int) -> Iterator[Line]:
    if lost:
        text = ngettext("%(who)s loses: %(what)s", "%(who)s lose: %(what)s", count)
        yield {"kind": "lose", "text": text % {"who": who, "what": hooks.summary(lost)}}
    if gained:
        text = ngettext("%(who)s gains: %(what)s", "%(who)s gain: %(what)s", count)
        yield {"kind": "gain", "text": text % {"who": who, "what": hooks.summary(gained)}}


def some(names: Collection[str], total: int) -> str:
    """Return the names with commas, and how many more there are: "Ana, Ben and 3 more"."""
    listed = ", ".join(names)
    more = total - len(names)
    return _("%(some)s and %(more)d more") % {"some": listed, "more": more} if more > 0 else listed
