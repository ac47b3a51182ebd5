"""Figures for Prometheus: read from the database at each scrape, so that they hold for all processes.

Only what no database knows, how long requests take and how pages were decided, is counted by the processes
themselves; under adminrights/server.py they put their counts together in files.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from adminrights.models import JournalEntry, JournalHead, OutgoingMail

RECENT = timedelta(minutes=5)
own = CollectorRegistry()
requests = Histogram(
    "adminrights_request_seconds",
    "How long requests took, by method and status.",
    ["method", "status"],
    registry=own,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
decisions = Counter(
    "adminrights_page_decisions", "Pages that were opened or refused.", ["outcome"], registry=own
)


class DatabaseFigures(Collector):
    """What the database tells, in a constant number of statements."""

    def collect(self) -> Iterator[Metric]:
        yield by("accounts", "Accounts, by status.", "status", _counts(_accounts(), "status"))
        locked = _accounts().filter(locked_at__gt=timezone.now() - timedelta(minutes=settings.LOCK_MINUTES))
        yield single("accounts_locked", "Accounts locked now.", locked.count())
        mails = OutgoingMail.objects.order_by()
        yield by("outbox_mails", "Mails, by what became of them.", "state", _counts(mails, "state"))
        yield single("outbox_oldest_seconds", "Age of the oldest mail that waits.", _oldest(mails))
        recent = JournalEntry.objects.order_by().filter(at__gt=timezone.now() - RECENT)
        family = GaugeMetricFamily(
            "adminrights_journal_recent",
            "Entries of the last five minutes, by event and outcome; session.sign_in_failed is one.",
            labels=["event", "outcome"],
        )
        for event, outcome, number in recent.values_list("event", "outcome").annotate(Count("pk")):
            family.add_metric([event, outcome], number)
        yield family
        head = JournalHead.objects.filter(pk=1).values_list("sequence", flat=True).first()
        yield single("journal_entries", "Entries of the journal.", head or 0)


def _accounts() -> QuerySet[Any]:
    accounts: QuerySet[Any] = get_user_model()._default_manager.order_by()
    return accounts


def _counts(rows: QuerySet[Any], name: str) -> dict[str, int]:
    return dict(rows.values_list(name).annotate(Count("pk")))


def _oldest(mails: QuerySet[OutgoingMail]) -> float:
    oldest = mails.filter(state=OutgoingMail.State.WAITING).aggregate(at=Min("created_at"))["at"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0


def by(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    """Return a figure that has a value for each label."""
    family = GaugeMetricFamily(f"adminrights_{name}", text, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family


def single(name: str, text: str, value: float) -> Metric:
    """Return a figure with one value."""
    return GaugeMetricFamily(f"adminrights_{name}", text, value=value)


def page() -> bytes:
    """Return all figures as Prometheus reads them. Raises what the database says."""
    database = CollectorRegistry()
    database.register(DatabaseFigures())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(database) + generate_latest(own)
    processes = CollectorRegistry()
    MultiProcessCollector(processes)
    return generate_latest(database) + generate_latest(processes)
