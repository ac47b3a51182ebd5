"""What tests need of forms that carry the state in which they were opened (adminrights/conflicts.py)."""

from typing import Any

from django.test import Client


def opened(client: Client, page: str) -> dict[str, str]:
    """Open the page and return what its form carries besides its fields."""
    return {"opened": client.get(page).context["opened"]}


def send(client: Client, page: str, data: dict[str, Any], **how: Any) -> Any:
    """Open the page and send its form with these data, as a browser does."""
    return client.post(page, opened(client, page) | data, **how)
