"""What the mails about requests say: to whoever could give it, and to whoever asked."""

from django.utils.translation import gettext as _

from accounts import links
from accounts.access import units_of
from accounts.asking.reading import may_answer
from accounts.mail import Context, Facts, plain
from accounts.models import AccessRequest, Account
from accounts.services.requests import ASKED, DECLINED, GIVEN, REASON_LENGTH
from adminrights.days import in_words
from adminrights.models import OutgoingMail


def access_asked(mail: OutgoingMail) -> Context | None:
    """Word to somebody who could give it; nothing once it is answered, or he no longer could."""
    request, reader = _request(mail), mail.account
    if not request.is_open or reader.status != Account.Status.ACTIVE or not may_answer(reader, request.unit):
        return None
    return _context(request) | {
        "who": plain(request.account.name),
        "reason": plain(request.reason, REASON_LENGTH),
        "closes": in_words(request.closes_at),
        "button_url": _page_of(request, reader),
        "button_label": _("Look at the request"),
    }


def access_given(mail: OutgoingMail) -> Context | None:
    """Word to whoever asked that it is given, and until when."""
    request = _request(mail)
    if mail.account.status != Account.Status.ACTIVE:
        return None
    return _context(request) | {
        "until": in_words(request.given_until) if request.given_until else "",
        "settled": request.state == AccessRequest.State.SETTLED,
        "by": plain(request.answered_by.name) if request.answered_by else "",
        "button_url": links.absolute("accounts:my_access"),
        "button_label": _("See what you may do"),
    }


def access_declined(mail: OutgoingMail) -> Context | None:
    """Word to whoever asked that it isn't given, and why."""
    request = _request(mail)
    if mail.account.status != Account.Status.ACTIVE:
        return None
    return _context(request) | {
        "reason": plain(request.answer, REASON_LENGTH),
        "by": plain(request.answered_by.name) if request.answered_by else "",
        "button_url": links.absolute("accounts:my_access"),
        "button_label": _("See what you may do"),
    }


def _page_of(request: AccessRequest, reader: Account) -> str:
    """Return the address of the request; whoever works in several units is led to the right one."""
    if len(units_of(reader)) > 1:
        return links.absolute("accounts:request_in_unit", request.pk, request.unit_id)
    return links.absolute("accounts:request_detail", request.pk)


def _request(mail: OutgoingMail) -> AccessRequest:
    along = ("account", "unit__root", "answered_by")
    return AccessRequest.objects.select_related(*along).get(pk=mail.facts["request"])


def _context(request: AccessRequest) -> Context:
    root = request.unit.root or request.unit
    return {
        "organisation": plain(root.name),
        "unit": plain(request.unit.name),
        "what": plain(request.label),
        "until": in_words(request.until) if request.until else "",
    }


MESSAGES: dict[str, Facts] = {ASKED: access_asked, GIVEN: access_given, DECLINED: access_declined}
