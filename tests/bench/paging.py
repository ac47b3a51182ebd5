"""A page of any world, asked for as its administrator."""

from typing import Any

from django.test import Client

from tests.bench.worker import Measure, weight

# As many rows as the goals are about.
ROWS = 100


def signed_in(account: Any) -> Client:
    """Return a browser in which the account is signed in."""
    client = Client()
    client.force_login(account)
    return client


def page(client: Client, url: str, times: int = 100) -> Measure:
    """Return the measure of a page. It raises where the page isn't there."""

    def get() -> bytes:
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")
        return bytes(response.content)

    content = get()
    return Measure(lambda: get, times=times, note=weight(content), size=len(content))
