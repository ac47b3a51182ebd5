"""A form that arrives twice is carried out once: after a double click, a reload, a network that repeats.

Every page that is drawn bears a token of its own, which comes back with each of its forms. The same token
with the same content is the same form: what it did commits together with a receipt, and whoever sends it
again within two minutes gets the answer of the first time. A refused form leaves no receipt.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from adminrights.exceptions import Refused
from adminrights.going import go
from adminrights.models import Receipt
from adminrights.undo import tell_again, the_change

REMEMBERED = timedelta(minutes=2)
SWEPT = 100


class Answer(NamedTuple):
    """Where a form leads once it is carried out, and the sentence that says what it did."""

    url: str
    text: str


def key_of(request: HttpRequest, *, public: bool) -> str:
    """Return what makes this form this form; empty for a request that none of our pages sent.

    A public page knows nobody, and what it does may end the session: there the browser's own secret, which
    protects its forms, stands for whoever sends it.
    """
    sender = request.META.get("CSRF_COOKIE") if public else request.user.pk
    if request.method != "POST" or not sender or not request.POST.get("csrfmiddlewaretoken"):
        return ""
    content = sorted((name, values) for name, values in request.POST.lists())
    form = repr((sender, request.get_full_path(), content))
    return salted_hmac("adminrights.once", form, algorithm="sha256").hexdigest()


def once(request: HttpRequest, carry_out: Callable[[], Answer]) -> Answer:
    """Carry a form out and return its answer, or the first answer if it was carried out already.

    Raises whatever Refused `carry_out` raises.
    """
    key = getattr(request, "form_key", "")
    if not key:
        return carry_out()
    refused: Refused | None = None
    with transaction.atomic():
        # Whoever sends the same form at the same moment waits here until the first one is done.
        receipt, is_new = Receipt.objects.get_or_create(key=key, defaults={"at": timezone.now()})
        if not is_new and _is_remembered(receipt):
            tell_again(receipt.change)
            return Answer(receipt.url, receipt.text)
        answer = Answer("", "")
        try:
            answer = Answer(*map(str, carry_out()))
        except Refused as refusal:
            # What the journal tells of the refusal stays.
            refused = refusal
            receipt.delete()
        else:
            told = {"url": answer.url, "text": answer.text, "change": the_change()}
            Receipt.objects.filter(pk=receipt.pk).update(**told, at=timezone.now())
        _sweep()
    if refused is not None:
        raise refused
    return answer


def _is_remembered(receipt: Receipt) -> bool:
    return receipt.at > timezone.now() - REMEMBERED


def _sweep() -> None:
    old = Receipt.objects.select_for_update(skip_locked=True).filter(at__lt=timezone.now() - REMEMBERED)
    Receipt.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:SWEPT])).delete()


class OnceMiddleware:
    """Answers a form that was carried out already, also where carrying it out took its page away."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if response.status_code >= 400 and (again := answer_again(request)) is not None:
            return again
        return response

    def process_view(self, request: HttpRequest, view: object, *args: object) -> HttpResponse | None:
        """Look before the view does. Whether the form is ours was asked before this."""
        public = not getattr(view, "login_required", True)
        request.form_key = key_of(request, public=public)  # type: ignore[attr-defined]
        return answer_again(request)


def answer_again(request: HttpRequest) -> HttpResponse | None:
    """Return the first answer to the same form, None for a form that is new."""
    key = getattr(request, "form_key", "")
    receipt = Receipt.objects.filter(key=key).exclude(url="").first() if key else None
    if receipt is None or not _is_remembered(receipt):
        return None
    if request.session.modified and not request.user.is_authenticated:
        # The first time ended this session: what the view put into it has no place any more.
        request.session.flush()
    tell_again(receipt.change)
    messages.success(request, receipt.text)
    return go(request, receipt.url)
