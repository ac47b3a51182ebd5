"""Web processes and mail workers die suddenly, again and again: no invitation is lost, none is made up."""

import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import requests
from django.db import connections

from accounts.models import Account
from adminrights import journal
from adminrights.models import OutgoingMail
from tests.factories import AccountFactory, UnitFactory
from tests.mailgun import Provider, running
from tests.post import LINK
from tests.soak import Measure, run, times
from tests.soak.site import Process, Site, Visitor, wait_until

CLERKS = 4
LEASE = "2"


class Clerk(threading.Thread):
    """Invites one person after the other; remembers whom the product said it had invited."""

    def __init__(self, site: str, account: Account, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.visitor, self.account, self.stop = Visitor(site, account), account, stop
        self.promised: list[str] = []
        self.cut = 0

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            email = f"person{number}.of{self.account.pk}@example.org"
            try:
                if not self.visitor.token:
                    self.visitor.open("/accounts/add/")
                answer = self.visitor.send(
                    "/accounts/add/", email=email, first_name="Pia", last_name="Person", invite="on"
                )
            except requests.RequestException:
                self.cut += 1
                continue
            if answer.status_code == 302:
                self.promised.append(email)
        connections.close_all()


def kill_at_random(web: Process, worker: Process, number: int) -> tuple[int, int]:
    """Kill web processes and mail workers in turn at random moments; return how many of each."""
    killed = [0, 0]
    for turn in range(number):
        time.sleep(random.uniform(0.2, 1.0))
        if turn % 2:
            worker.die()
            killed[1] += 1
            # Let it come to its work, at times.
            time.sleep(random.uniform(0.5, 4.0))
        else:
            wait_until(lambda: bool(web.children()), 60, "a web process lives")
            victim = random.choice(web.children())
            kill(victim)
            killed[0] += 1
    return killed[0], killed[1]


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def drained() -> bool:
    connections.close_all()
    return not OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).exists()


@run("Mail and sudden deaths")
def mail_survives(site: Site, scale: float) -> Iterable[Measure]:
    """Kill -9 of web and worker while people are invited."""
    number = times(200, scale)
    unit = UnitFactory(name="Mail and deaths")
    clerks = [AccountFactory(unit=unit, levels={"admin_rights": 2}) for _ in range(CLERKS)]
    with ExitStack() as stack:
        provider = stack.enter_context(running())
        environment = provider.environment | {"MAIL_LEASE_SECONDS": LEASE}
        address, web = stack.enter_context(site.web("--workers", "2", **environment))
        worker = stack.enter_context(site.worker(**environment))
        stop = threading.Event()
        at_work = [Clerk(address, account, stop) for account in clerks]
        for clerk in at_work:
            clerk.start()
        killed = kill_at_random(web, worker, number)
        stop.set()
        for clerk in at_work:
            clerk.join(120)
        began = time.monotonic()
        wait_until(drained, 300, "every mail left")
        took = time.monotonic() - began
    yield from judge(provider, at_work, killed)
    yield Measure("everything sent after the last kill", "<= 60 s", f"{took:.0f} s", took <= 60)


def judge(provider: Provider, clerks: list[Clerk], killed: tuple[int, int]) -> Iterator[Measure]:
    promised = [email for clerk in clerks for email in clerk.promised]
    invited = Account.objects.filter(email__contains=".of", status="pending", last_name="Person")
    mails = OutgoingMail.objects.filter(account__in=invited, message="invitation", state="sent")
    keys = Counter(provider.keys())
    known = {str(key) for key in OutgoingMail.objects.values_list("key", flat=True)}
    there = set(invited.values_list("email", flat=True))
    cut = sum(clerk.cut for clerk in clerks)
    done = f"{killed[0]} and {killed[1]}; {len(there)}; {cut}"
    yield Measure("kills of web and worker; invitations; requests cut", "some", done, bool(there))
    lost = len(set(promised) - there)
    yield Measure("people promised, but not there", "0", lost, lost == 0)
    unsent = len(there) - len({key for key in mails.values_list("key", flat=True) if keys[str(key)]})
    yield Measure("invitations committed, never sent", "0", unsent, unsent == 0)
    phantoms = len(keys.keys() - known)
    yield Measure("mails without an account (phantoms)", "0", phantoms, phantoms == 0)
    twice = keys.total() - len(keys)
    yield Measure("mails sent twice, same key", f"<= {sum(killed)}", twice, twice <= sum(killed))
    changed = sum(len(links) > 1 for links in links_by_key(provider).values())
    yield Measure("of these with another link", "0", changed, changed == 0)
    breaks = len(list(journal.verify()))
    yield Measure("breaks in the journal", "0", breaks, breaks == 0)


def links_by_key(provider: Provider) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mail in provider.taken:
        found.setdefault(mail.key, set()).update(re.findall(LINK, mail.text)[:1])
    return found
