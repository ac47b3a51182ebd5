"""What tests need of forms that carry the state in which they were opened (adminrights/conflicts.py)."""

from typing import Any

from django.test import Client


def opened(client: Client, page: str) -> dict[str, str]:
    """Open the page and return what its form carries besides its fields."""
    return {"opened": client.get(page).context["opened"]}


def send(client: Client, page: str, data: dict[str, Any], **how: Any) -> Any:
    """Open the page and send its form with these data, as a browser does; where it asks, say yes."""
    sent = opened(client, page) | data
    answer = client.post(page, sent, **how)
    if not asks(answer):
        return answer
    return client.post(page, sent | {"previewed": answer.context["previewed"]}, **how)


def asks(answer: Any) -> bool:
    """Return whether the page wants a second Save, now that it has shown what the first would do."""
    return answer.status_code == 200 and bool((answer.context or {}).get("ahead_said"))
