"""The mail provider is away for half an hour, and a worker dies with a mail in its hands."""

import sys
import time
from collections.abc import Iterable, Iterator

from django.db import connections

from adminrights.models import OutgoingMail
from tests.factories import AccountFactory, UnitFactory
from tests.mailgun import Provider, running
from tests.post import promise
from tests.soak import Measure, run
from tests.soak.load import Deed, Load, percentile
from tests.soak.mail import drained
from tests.soak.site import Site, wait_until
from tests.soak.wholeness import chain

# Half an hour is a minute and a half, and so are the waits between two tries: a twentieth.
HURRY, OUTAGE, CALM = 20, 1800, 900
RATE, MARK = 5.0, "@outage.example.org"


@run("Half an hour without the provider")
def outages_are_survived(site: Site, scale: float) -> Iterable[Measure]:
    """Work before, during and after it; errors and time-outs take turns."""
    account = AccountFactory(unit=UnitFactory(name="Outage"), levels={"admin_rights": 2})
    with running() as provider:
        words = (sys.executable, "-m", "tests.soak._hurried", str(HURRY), "send_mail")
        # Less than a busy machine needs to answer would make mails of a provider that is back come twice.
        environment = provider.environment | {"MAIL_TIMEOUT_SECONDS": "5"}
        with site.process(*words, **environment), site.product(**environment) as (address, _web):
            with Load(lambda: address, account, MARK, rate=RATE).running() as load:
                time.sleep(CALM / HURRY)
                began = time.monotonic()
                be_away(provider, OUTAGE / HURRY)
                ended = time.monotonic()
                taken = len(provider.taken)
                wait_until(lambda: len(provider.taken) > taken + 1, 300, "the first mails left")
                first = time.monotonic() - ended
                wait_until(lambda: failed_before() == 0, 600, "every mail of the outage left")
                rest = time.monotonic() - ended - first
                time.sleep(CALM / HURRY)
            wait_until(drained, 300, "every mail left")
    yield from judge(load, provider, (began, ended))
    # Waits were divided, work was not.
    took = first * HURRY + rest
    shown = f"{took / 60:.1f} min: {first * HURRY:.0f} s until the first, {rest:.0f} s of work"
    yield Measure("all sent after the recovery", "<= 5 min", shown, took <= 300)
    yield chain()


def be_away(provider: Provider, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        provider.trouble = "slow" if provider.trouble == "error" else "error"
        time.sleep(min(5.0, seconds / 4))
    provider.trouble = ""
    provider.go_on.set()


def failed_before() -> int:
    """Return how many mails wait that have been tried: those of the outage."""
    connections.close_all()
    return OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).exclude(error="").count()


def judge(load: Load, provider: Provider, away: tuple[float, float]) -> Iterator[Measure]:
    during = [deed for deed in load.deeds if away[0] <= deed.at < away[1]]
    calm = [deed for deed in load.deeds if not away[0] <= deed.at < away[1]]
    failed = [deed for deed in load.deeds if deed.status not in {200, 302}]
    yield Measure("requests in calm and outage", "", f"{len(calm)}; {len(during)}", bool(calm and during))
    yield Measure("requests that failed", 0, len(failed), not failed)
    for kind in ("page", "step"):
        then, ever = (percentile([d for d in deeds if is_kind(d, kind)]) for deeds in (during, calm))
        shown = f"{then * 1000:.0f} ms, else {ever * 1000:.0f} ms"
        yield Measure(f"p95 of a {kind} during the outage", "<= + 20 %", shown, then <= 1.2 * ever)
    invited = {deed.email for deed in load.deeds if deed.status == 302}
    lost = invited ^ {mail.to for mail in provider.taken}
    yield Measure("invitations without mail, mails without invitation", 0, len(lost), not lost)


def is_kind(deed: Deed, kind: str) -> bool:
    return bool(deed.email) == (kind == "step")


@run("A worker dies with a mail in its hands")
def leases_are_taken_over(site: Site, scale: float) -> Iterable[Measure]:
    """With the lease that production has."""
    account = AccountFactory(unit=UnitFactory(name="Lease"))
    with running() as provider:
        provider.trouble = "slow"
        with site.worker(**provider.environment) as first:
            promise(account)
            wait_until(provider.reached.is_set, 60, "the mail is being sent")
            with site.worker(**provider.environment):
                time.sleep(3)
                provider.trouble = ""
                first.running.kill()
                killed = time.monotonic()
                wait_until(lambda: bool(provider.taken), 120, "somebody takes it over")
                took = time.monotonic() - killed
                wait_until(drained, 60, "the mail is marked")
    yield Measure("taken over by another worker", "<= 60 s", f"{took:.0f} s", took <= 60)
    yield Measure("mails", 1, len(provider.taken), len(provider.taken) == 1)
