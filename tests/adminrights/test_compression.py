"""Pages travel packed to whoever can unpack them, and say no more by their length than they must."""

import gzip

from django.test import Client
from django.urls import reverse

from accounts.models import Account
from tests.factories import AccountFactory


def test_a_long_list_travels_packed_and_unpacks_to_the_same_page(client: Client, ada: Account) -> None:
    AccountFactory.create_batch(20, unit=ada.grants.first().unit)
    client.force_login(ada)
    path = reverse("accounts:account_list")
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.content) < len(plain.content) / 4
    assert gzip.decompress(packed.content).decode().count("<tr") == plain.content.decode().count("<tr")
