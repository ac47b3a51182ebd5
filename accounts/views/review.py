"""One access review: its lines, deciding them, closing it, and the evidence."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms.reviews import CloseForm, DecisionForm, ReviewSearch
from accounts.models import Review, ReviewLine
from accounts.reviews.evidence import build
from accounts.reviews.leftovers import other_ways
from accounts.reviews.reading import Person, lines_of, people_in, progress_of, way_in_words
from accounts.reviews.scope import standing
from accounts.services.reviews import NEEDS, check_again, close_review, decide, may_decide
from accounts.views.files import PeopleFile
from accounts.views.reviews import reviews_in, state_of
from adminrights.change import Change, in_preview
from adminrights.consequences import Line
from adminrights.exceptions import NotAllowed, Refused, Stale
from adminrights.going import go
from adminrights.navigation import Button, Link
from adminrights.once import Answer, once
from adminrights.views import DetailPage, FormPage
from adminrights.views.confirm import ConfirmPage
from adminrights.views.pages import Page

PER_PAGE, MOST_TICKED, MOST_SAID = 60, 500, 12
Outcome = ReviewLine.Outcome


class ReviewPage(Page):
    """A page about a review of the unit or of one below; any other is not found."""

    permission = NEEDS

    def visible(self) -> QuerySet[Any]:
        return reviews_in(self.unit)

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("Access reviews"), reverse("accounts:review_list"))]
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(str(self.object), self.object.get_absolute_url()))
        return crumbs

    @property
    def may_run(self) -> bool:
        """Whether the reader may close it, and check it again."""
        reader: Any = self.request.user
        return bool(reader.may(NEEDS, self.object.unit)) and may_decide(self.object, reader)


class ReviewDetail(ReviewPage, DetailPage):
    """Every right, person by person, with what was decided; what the reader may decide has its buttons."""

    template_name = "reviews/review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review: Review = self.object
        search = ReviewSearch(self.request.GET, closed=review.closed_at is not None)
        asked = search.cleaned_data if search.is_valid() else {"show": "", "q": ""}
        lines = lines_of(review, asked["show"], asked["q"])
        page = Paginator(lines, PER_PAGE).get_page(self.request.GET.get("page"))
        kept = {name: self.request.GET[name] for name in ("q", "show", "page") if self.request.GET.get(name)}
        people = self.people(list(page.object_list), kwargs.get("ticked", ()))
        shown = {
            "review": review,
            "state": state_of(review),
            "reviewers": list(review.reviewers.all()),
            "progress": progress_of(review),
            "search": search,
            "page": page,
            "people": people,
            "decidable": any(row.may for person in people for row in person.rows),
            "query": f"?{urlencode(kept)}" if kept else "",
            "buttons": self.buttons(),
        }
        return super().get_context_data(**shown | kwargs)

    def people(self, lines: Collection[ReviewLine], ticked: Collection[int]) -> list[Person]:
        """Return the lines of the page, to whoever may see who is here."""
        if not self.may("accounts:list"):
            return []
        return people_in(lines, self.object, self.request.user, self.unit, ticked)  # type: ignore[arg-type]

    def buttons(self) -> list[Button]:
        review: Review = self.object
        buttons = []
        if review.closed_at is not None and self.may("accounts:list"):
            url = reverse("accounts:review_evidence", args=[review.pk])
            buttons.append(Button(_("Evidence"), url, "file-check"))
        step = {"open": ("close", _("Close review…")), "left_over": ("check", _("Check again…"))}
        if review.state in step and self.may_run:
            name, label = step[review.state]
            buttons.append(
                Button(label, reverse(f"accounts:review_{name}", args=[review.pk]), "check-check", "primary")
            )
        return buttons


class ReviewDecide(ReviewDetail):
    """Keeps or revokes the ticked rights, or keeps the one whose button was pressed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        only = request.POST.get("only", "")
        chosen = [only] if only else request.POST.getlist("pk")
        ticked = {int(pk) for pk in chosen if is_number(pk)}
        try:
            answer = once(request, lambda: self.carry_out(ticked, "keep" if only else ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            status = 409 if isinstance(refusal, Stale) else 422
            said = {"said": str(refusal), "reason": request.POST.get("reason", ""), "ticked": ticked}
            self.object = self.find()
            return self.render_to_response(self.get_context_data(**said), status=status)
        messages.success(request, answer.text)
        return go(request, answer.url)

    def carry_out(self, ticked: set[int], decision: str) -> Answer:
        sent = self.request.POST
        versions = dict(pair.split(":", 1) for pair in sent.getlist("seen") if pair.count(":") == 1)
        seen = {pk: int(versions[str(pk)]) for pk in ticked if is_number(versions.get(str(pk), ""))}
        decided = decide(
            self.object,
            {pk: seen.get(pk, 0) for pk in list(ticked)[:MOST_TICKED]},
            decision or sent.get("decision", ""),
            reason=sent.get("reason", ""),
            actor=self.request.user,
        )
        anchor = f"#line-{min(line.pk for line in decided)}" if decided else ""
        query = self.request.GET.urlencode()
        return Answer(
            f"{self.object.get_absolute_url()}{f'?{query}' if query else ''}{anchor}",
            ngettext("%d right decided.", "%d rights decided.", len(decided)) % len(decided),
        )


def is_number(text: str) -> bool:
    """Return whether the text is a number as this product writes it."""
    return text.isascii() and text.isdigit() and len(text) < 19


class ReviewLineDecide(ReviewPage, FormPage):
    """One right in full, with what the person would have without it, and the decision with its reason."""

    form_class = DecisionForm
    template_name = "reviews/line.html"
    dialog_template_name = "reviews/line.html"
    submit_label = gettext_lazy("Decide")

    def visible(self) -> QuerySet[Any]:
        lines = ReviewLine.objects.filter(review__in=super().visible())
        along = ("membership__group__unit", "grant__unit", "access__unit")
        return lines.select_related("review__unit", "account", *along)

    def get_title(self) -> str:
        return str(self.object) if self.may("accounts:list") else str(self.object.what)

    def breadcrumbs(self) -> list[Link]:
        review = self.object.review
        above = Link(_("Access reviews"), reverse("accounts:review_list"))
        return [above, Link(str(review), review.get_absolute_url())]

    def get_cancel_url(self) -> str:
        return str(self.object.review.get_absolute_url())

    get_success_url = get_cancel_url

    def get_initial(self) -> dict[str, Any]:
        line: ReviewLine = self.object
        asked = self.request.GET.get("decision", "")
        return {
            "decision": line.decision or asked,
            "reason": line.decision_reason,
            "seen": line.version,
        }

    def apply(self, form: DecisionForm) -> ReviewLine:
        asked = form.cleaned_data
        seen = {self.object.pk: asked["seen"]}
        decide(self.object.review, seen, asked["decision"], reason=asked["reason"], actor=self.request.user)
        return ReviewLine.objects.get(pk=self.object.pk)

    def done(self, result: ReviewLine) -> str:
        return _("%(line)s: %(decision)s.") % {"line": result, "decision": result.get_decision_display()}

    def refused(self, form: BaseForm, refusal: Refused) -> HttpResponse:
        if not isinstance(refusal, Stale):
            return super().refused(form, refusal)
        # Who saw the other's decision may decide after it.
        self.object = self.find()
        data = self.request.POST.copy()
        data["seen"] = str(self.object.version)
        again = self.form_class(data)
        again.add_error(None, str(refusal))
        return self.render_to_response(self.get_context_data(form=again), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line: ReviewLine = self.object
        may_name = self.may("accounts:list")
        (person,) = people_in([line], line.review, self.request.user, self.unit)  # type: ignore[arg-type]
        shown = {"line": line, "row": person.rows[0], "may_name": may_name, "others": self.others(line)}
        return super().get_context_data(**shown | kwargs)

    def others(self, line: ReviewLine) -> list[str]:
        """Return what the person would have all the same if this were taken away."""
        now = timezone.now()
        fact = standing([line], now).get(line.pk)
        ways = other_ways(line, fact, line.review.unit, now) if fact is not None else []
        return [way_in_words(str(way), rights) for way, rights in ways]  # type: ignore[arg-type]


class ReviewClose(ReviewPage, ConfirmPage):
    """Shows who would lose what, what would be refused, and what people would have all the same."""

    submit_label = gettext_lazy("Close review")

    def get_title(self) -> str:
        return _("Close “%s”?") % self.object

    def get_sentence(self) -> str:
        return _("What was revoked is removed now. Then it is looked up whether each of it is really gone.")

    @cached_property
    def undecided(self) -> int:
        """How many rights nobody decided about."""
        return int(self.object.lines.filter(decision="").count())

    def run(self) -> str:
        done = close_review(self.object, actor=self.request.user, leave_undecided=self.leaves())
        return self.outcome(done)

    def leaves(self) -> bool:
        """Whether undecided lines stay as they are; while it is only looked at they do."""
        return in_preview() or self.request.POST.get("leave") == "on"

    def outcome(self, review: Review) -> str:
        """Return what became of it."""
        self.lines = list(lines_of(review, "left"))
        if not self.lines:
            return _("The review is complete: everything that was revoked is gone.")
        count = len(self.lines)
        return (
            ngettext(
                "The review is closed, and %d right is left over.",
                "The review is closed, and %d rights are left over.",
                count,
            )
            % count
        )

    def get_consequences(self, change: Change | None) -> list[Line]:
        lines = [{"kind": "note", "text": text} for text in self.left_over()]
        return [*super().get_consequences(change), *lines]

    def left_over(self) -> list[str]:
        """Return what would be left over, in sentences."""
        told = [text for line in self.lines if (text := left_in_words(line))]
        rest = len(told) - MOST_SAID
        more = (
            [ngettext("and %d more is left over", "and %d more are left over", rest) % rest]
            if rest > 0
            else []
        )
        return [*told[:MOST_SAID], *more]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        extra = {}
        if self.undecided and self.object.closed_at is None:
            words = ngettext(
                "%d right is undecided. It stays as it is, and the review says so.",
                "%d rights are undecided. They stay as they are, and the review says so.",
                self.undecided,
            )
            extra["form"] = CloseForm(undecided=words % self.undecided)
        return super().get_context_data(**extra | kwargs)


class ReviewCheck(ReviewClose):
    """Tries again what was refused, and looks again whether what was revoked is gone."""

    submit_label = gettext_lazy("Check again")

    def get_title(self) -> str:
        return _("Check “%s” again?") % self.object

    def get_sentence(self) -> str:
        return _(
            "What could not be removed is tried again, and everything that was revoked is looked up again."
        )

    def run(self) -> str:
        return self.outcome(check_again(self.object, actor=self.request.user))


def left_in_words(line: ReviewLine) -> str:
    """Return why a line is left over; nothing for an undecided one, which are counted together."""
    if line.outcome == Outcome.REFUSED:
        return _("%(line)s stays: %(why)s") % {"line": line, "why": line.note}
    if line.outcome == Outcome.STILL:
        ways = "; ".join(way_in_words(way, rights) for way, rights in line.left)
        words = _("%(who)s still has something of “%(what)s”. %(ways)s")
        return words % {"who": line.person, "what": line.what, "ways": ways}
    return ""


class ReviewEvidence(PeopleFile, ReviewDetail):
    """The evidence as a file, built anew each time; the page instead while there is none for the reader."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        self.object = self.find()
        if self.object.closed_at is None or not self.may("accounts:list"):
            return self.render_to_response(self.get_context_data())
        return super().get(request, *args, **kwargs)

    def page_url(self) -> str:
        return str(self.object.get_absolute_url())

    def file(self) -> HttpResponse:
        answer = HttpResponse(build(self.object), content_type="application/json; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="review-{self.object.pk}.json"'
        return answer
