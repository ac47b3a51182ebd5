"""Access reviews: opened, decided line by line, closed with the removals, checked until nothing is left."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bulk.trying import accepted
from accounts.dates.kinds import Dated, kind_of, place_of, words
from accounts.guards import ASSIGN, DELEGATE
from accounts.models import Account, Review, Reviewer, ReviewLine
from accounts.models.reviews import LEFT_OVER, NAME_LENGTH, NOTES_LENGTH, REASON_LENGTH
from accounts.reach import UPDATE
from accounts.reviews.evidence import build, digest_of
from accounts.reviews.last_use import last_uses
from accounts.reviews.leftovers import leftovers
from accounts.reviews.removing import take_away
from accounts.reviews.scope import LINE_FIELDS, Scope, facts_in, gives, scope_of, standing
from adminrights.change import Actor, Change, change, preview
from adminrights.events import Event
from adminrights.exceptions import Invalid, NeedsProof, NotAllowed, OwnRights, Stale
from adminrights.models import Unit
from adminrights.text import clean_text, validate_visible

NEEDS = ASSIGN
ASKED = "review_asked"
MOST_LINES = 2_000
Decision, Outcome = ReviewLine.Decision, ReviewLine.Outcome
# Of each kind of fact, what taking it away needs in its unit: one of these.
TAKES: Mapping[str, tuple[str, ...]] = {
    "membership": ("group_members:delete",),
    "right": (DELEGATE, ASSIGN),
    "access": (UPDATE,),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new review shall be called, by when it shall be done, and who decides: whoever may, or a few."""

    name: str
    notes: str = ""
    due: date | None = None
    reviewers: Collection[Account] = field(default=())


def open_review(scope: Scope, wanted: Wanted, *, actor: Actor) -> Review:
    """Open a review of all that stands in the scope, and return it.

    Raises Invalid where there is nothing to review or too much, for a day that is over, and for a reviewer
    who couldn't take anything away there; NotAllowed without `access:assign` in the scope's unit.
    """
    unit = scope.unit
    with change(Event.REVIEW_OPENED, actor=actor, unit=unit, needs=(NEEDS, "accounts:list")) as c:
        facts = _worth_reviewing(scope, c.at)
        review: Review = c.create(_review(c, scope, wanted))
        c.target = review
        c.create_all(_lines(review, facts, scope, c.at))
        able = list(_able(wanted.reviewers, unit))
        c.create_all(Reviewer(review=review, account=each, name=each.name) for each in able)
        for each in able:
            if each.pk != actor.pk:
                c.send(ASKED, each, review=review.pk)
    return review


def _worth_reviewing(scope: Scope, at: datetime) -> list[Dated]:
    facts = facts_in(scope, at)
    if not facts:
        raise Invalid(_("There is nothing to review: nobody has anything of this."))
    if len(facts) > MOST_LINES:
        raise Invalid(
            _("A review takes up to %(most)d rights; these are %(count)d. Choose something smaller.")
            % {"most": MOST_LINES, "count": len(facts)}
        )
    return facts


def _review(c: Change, scope: Scope, wanted: Wanted) -> Review:
    if wanted.due is not None and wanted.due < timezone.localtime(c.at).date():
        raise Invalid(_("This day is over. Choose today, a later day, or none."))
    return Review(
        unit=scope.unit,
        kind=scope.kind,
        group=scope.group,
        role=scope.role,
        module_id=scope.module or None,
        name=_text(wanted.name, NAME_LENGTH, _("Give the review a name.")),
        notes=_text(wanted.notes, NOTES_LENGTH),
        due=wanted.due,
        about=scope.in_words(),
        place=scope.unit.name,
        opened_by_id=c.actor.pk,
        opener=_name(c.actor),
        opened_at=c.at,
    )


def _lines(review: Review, facts: Collection[Dated], scope: Scope, at: datetime) -> list[ReviewLine]:
    given = gives(facts, scope, at)
    used = last_uses(facts, given)
    lines = []
    for fact in sorted(
        facts, key=lambda fact: (fact.account.last_name, fact.account.first_name, fact.account_id)
    ):
        key = (kind_of(fact).key, fact.pk)
        line = ReviewLine(
            review=review,
            account=fact.account,
            person=fact.account.name,
            email=fact.account.email,
            what=words(fact),
            place=place_of(fact).name,
            rights=sorted(given[key].rights),
            units=sorted(given[key].units),
            giver=fact.started_by.name if fact.started_by else "",
            since=fact.starts_at,
            until=fact.expires_at,
            last_used=used.get(key),
        )
        setattr(line, LINE_FIELDS[key[0]], fact)
        lines.append(line)
    return lines


def _able(reviewers: Iterable[Account], unit: Unit) -> Iterable[Account]:
    for each in reviewers:
        if not each.may(NEEDS, unit):
            raise Invalid(_("%s may take nothing away here. Choose somebody who may.") % each.name)
        yield each


def decide(
    review: Review, seen: Mapping[int, int], decision: str, *, actor: Actor, reason: str = ""
) -> list[ReviewLine]:
    """Keep or revoke the lines, by number with the version that was seen; return those that this changes.

    What is revoked is removed when the review is closed; until then a decision can be corrected, after that
    only where something is left over. Revoking takes a reason, and so does keeping several at once. Raises
    OwnRights for a line about the actor, Stale where somebody else decided since it was seen, Invalid, and
    NotAllowed for whoever wasn't asked or may not take such a thing away.
    """
    with change(Event.REVIEW_DECIDED, actor=actor, unit=review.unit, target=review, needs=NEEDS) as c:
        review.refresh_from_db()
        lines = list(_with_facts(review.lines.filter(pk__in=seen)))
        _refuse_undecidable(c, review, lines)
        reason = _text(reason, REASON_LENGTH)
        if decision not in Decision.values:
            raise Invalid(_("Choose keep or revoke."))
        if not reason and (decision == Decision.REVOKE or len(lines) > 1):
            raise Invalid(_("Give a reason: it is needed to revoke, and to keep several at once."))
        _refuse_overtaken(lines, seen)
        changed = [line for line in lines if (line.decision, line.decision_reason) != (decision, reason)]
        for line in changed:
            c.update(
                line,
                decision=decision,
                decision_reason=reason,
                decided_by_id=c.actor.pk,
                decider=_name(c.actor),
                decided_at=c.at,
            )
        if changed and review.closed_at is not None:
            _seal(c, review)
    return changed


def _refuse_undecidable(c: Change, review: Review, lines: Collection[ReviewLine]) -> None:
    if review.completed_at is not None:
        raise Invalid(_("This review is complete. Nothing of it can be changed any more."))
    if not lines:
        raise Invalid(_("Nothing is ticked. Tick the rights first."))
    if any(line.account_id == c.actor.pk for line in lines):
        raise OwnRights(_("Nobody reviews their own rights. Somebody else has to decide about yours."))
    if review.closed_at is not None and any(line.outcome not in LEFT_OVER for line in lines):
        raise Invalid(_("This review is closed. Only what is left over can be decided anew."))
    _refuse_unasked(c, review)
    for kind, unit in {(kind_of(line.fact).key, place_of(line.fact)) for line in lines}:
        _require_one(c, TAKES[kind], unit)


def _refuse_unasked(c: Change, review: Review) -> None:
    if not may_decide(review, c.actor):
        raise NotAllowed(_("Others were asked to decide in this review."), [DELEGATE])


def _require_one(c: Change, either: tuple[str, ...], unit: Unit) -> None:
    """Raise NotAllowed for the last, the smallest, unless the actor holds one of them."""
    for key in either[:-1]:
        try:
            return c.require(key, unit)
        except NotAllowed:
            continue
    return c.require(either[-1], unit)


def may_decide(review: Review, actor: Actor) -> bool:
    """Return whether the actor was asked, or nobody in particular was.

    Whoever may hand out any right in the unit decides too: a review doesn't wait for somebody who left.
    """
    asked = set(review.reviewers.values_list("account_id", flat=True))
    return not asked or actor.pk is None or actor.pk in asked or bool(actor.may(DELEGATE, review.unit))


def _refuse_overtaken(lines: Iterable[ReviewLine], seen: Mapping[int, int]) -> None:
    for line in lines:
        if line.version != seen[line.pk]:
            raise Stale(
                _("%(who)s decided about “%(line)s” since you looked: %(decision)s. Look again.")
                % {"who": line.decider, "line": line, "decision": line.get_decision_display()}
            )


def close_review(review: Review, *, actor: Actor, leave_undecided: bool = False) -> Review:
    """Take away what was revoked, look at what people still can do, and close the review; return it.

    What a guard refuses stays, with its sentence. Undecided lines stay as they are, and say so, where that
    is wanted; else closing raises Invalid. The review is complete when nothing is left over. Raises
    NotAllowed without `access:assign`, and for whoever wasn't asked to decide.
    """
    todo, refused = plan_removals(review, actor=actor)
    with change(Event.REVIEW_CLOSED, actor=actor, unit=review.unit, target=review, needs=NEEDS) as c:
        review.refresh_from_db()
        _refuse_unasked(c, review)
        if review.closed_at is not None:
            raise Invalid(_("This review is closed already."))
        undecided = review.lines.filter(decision="").count()
        if undecided and not leave_undecided:
            words = ngettext("%d right is undecided.", "%d rights are undecided.", undecided) % undecided
            raise Invalid(_("%s Decide first, or say that they shall stay as they are.") % words)
        c.update(review, closed_at=c.at, closed_by_id=c.actor.pk, closer=_name(c.actor))
        _settle(c, review, todo, refused)
    return review


def check_again(review: Review, *, actor: Actor) -> Review:
    """Try again what was refused, look at what people still can do, and return the review.

    Raises Invalid for a review that isn't closed, or is complete, NotAllowed as `close_review`.
    """
    todo, refused = plan_removals(review, actor=actor)
    with change(Event.REVIEW_CHECKED, actor=actor, unit=review.unit, target=review, needs=NEEDS) as c:
        review.refresh_from_db()
        _refuse_unasked(c, review)
        if review.state != "left_over":
            raise Invalid(_("There is nothing to check: nothing of this review is left over."))
        _settle(c, review, todo, refused)
    return review


def plan_removals(review: Review, *, actor: Actor) -> tuple[list[ReviewLine], dict[int, str]]:
    """Return the lines whose removal goes through, and why others' doesn't, by trying it all out."""
    revoked = _with_facts(review.lines.filter(decision=Decision.REVOKE, outcome__in=["", *LEFT_OVER]))
    # What was removed once and given anew since is another's decision: it is told, not taken.
    wanted = [line for line in revoked if line.outcome != Outcome.STILL]
    facts = standing(wanted, timezone.now())
    wanted = [line for line in wanted if line.pk in facts]
    root = review.unit.root or review.unit
    likely = {actor.pk, root.owner_id}
    parts = [[line] for line in wanted if line.account_id in likely]
    parts.append([line for line in wanted if line.account_id not in likely])

    def _take(lines: Collection[ReviewLine]) -> None:
        with change(Event.REVIEW_CLOSED, actor=actor, unit=review.unit, target=review, needs=NEEDS) as c:
            take_away(c, lines)

    todo, refused, _change = accepted(lambda lines: preview(lambda: _take(lines)), parts, fatal=NeedsProof)
    return todo, refused


def _settle(c: Change, review: Review, todo: Collection[ReviewLine], refused: Mapping[int, str]) -> None:
    """Take away, find out what became of each line, and seal it."""
    lines = list(_with_facts(review.lines.all()))
    before = standing(lines, c.at)
    _widen(c, lines, before, scope_of(review))
    # Who decided otherwise while it was tried out was in time.
    wanted = {line.pk for line in todo}
    take_away(c, [line for line in lines if line.pk in wanted and line.decision == Decision.REVOKE])
    after = standing(lines, c.at)
    gone = [line for line in lines if line.decision == Decision.REVOKE and line.pk not in refused]
    left = leftovers(gone, review.unit, c.at)
    for line in lines:
        settled = line.outcome and line.outcome not in LEFT_OVER and line.decision != Decision.REVOKE
        if not settled:
            outcome, note = _outcome(line, refused, left.keys(), line.pk in before, line.pk in after)
            # What was removed and then kept goes on saying by which ways it is still held.
            ways = line.left if outcome == Outcome.KEPT else left.get(line.pk, [])
            c.update(line, outcome=outcome, note=note[:500], left=ways)
    complete = not any(line.outcome in LEFT_OVER for line in lines)
    c.update(review, checked_at=c.at, completed_at=c.at if complete else None)
    _seal(c, review)


def _widen(c: Change, lines: Iterable[ReviewLine], facts: Mapping[int, Dated], scope: Scope) -> None:
    """Add what a fact gives by now to what it gave at first: all of it has to be gone."""
    there = [line for line in lines if line.decision == Decision.REVOKE and line.pk in facts]
    given = gives([facts[line.pk] for line in there], scope, c.at)
    for line in there:
        now = given[kind_of(facts[line.pk]).key, facts[line.pk].pk]
        c.update(
            line,
            rights=sorted(now.rights.union(line.rights)),
            units=sorted(now.units.union(line.units)),
        )


def _outcome(
    line: ReviewLine, refused: Mapping[int, str], left: Collection[int], before: bool, after: bool
) -> tuple[str, str]:
    if line.decision != Decision.REVOKE:
        if line.outcome == Outcome.STILL:
            return Outcome.KEPT, _("It was removed. What is left stays by decision.")
        if not after:
            return Outcome.GONE, _("It had ended before.") if not before else _("It ended with the access.")
        return (Outcome.KEPT, "") if line.decision else (Outcome.UNDECIDED, "")
    if line.pk in refused:
        return Outcome.REFUSED, refused[line.pk]
    if after and line.outcome not in {Outcome.STILL, Outcome.REMOVED}:
        return Outcome.REFUSED, _("It was decided while the review was being closed. Check again.")
    if line.pk in left:
        return Outcome.STILL, ""
    return Outcome.REMOVED, "" if before or line.outcome else _("It had ended before.")


def _seal(c: Change, review: Review) -> None:
    """Name the evidence's digest in the review and, with it, in the journal."""
    c.update(review, sealed=c.head.sequence if c.head else 0)
    c.update(review, evidence=digest_of(build(review)))


def _with_facts(lines: QuerySet[ReviewLine]) -> QuerySet[ReviewLine]:
    facts = ("membership__group__unit", "grant__unit", "access__unit")
    return lines.select_related("account", *facts)


def _text(text: str, most: int, missing: str = "") -> str:
    text = " ".join(clean_text(text).split())
    if missing and not text:
        raise Invalid(missing)
    if len(text) > most:
        raise Invalid(
            _("“%(start)s…” is too long: at most %(most)d characters.") % {"start": text[:20], "most": most}
        )
    try:
        validate_visible(text)
    except ValidationError as error:
        raise Invalid(str(error.message)) from error
    return text


def _name(actor: Actor) -> str:
    return str(getattr(actor, "name", actor))
