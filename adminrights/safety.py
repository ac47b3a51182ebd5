"""What settings must never be in production. Plain values: settings read it."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

SHORTEST_KEY, FEWEST_CHARACTERS = 50, 10
PLACEHOLDER = "django-insecure-"
# Names that no public name server answers for.
INSIDE = ("localhost", ".localhost", ".local", ".internal", ".test", ".home.arpa")


def weakness_of(key: str) -> str:
    """Return why the key is none; empty for a good one. Every session and every link is signed with it."""
    if len(key) < SHORTEST_KEY:
        return f"is too short. Give it {SHORTEST_KEY} random characters."
    if len(set(key)) < FEWEST_CHARACTERS or key.startswith(PLACEHOLDER):
        return f"can be guessed. Give it {SHORTEST_KEY} random characters."
    return ""


def is_public(url: str) -> bool:
    """Return whether people elsewhere could reach the address: all but this machine and private networks."""
    host = (urlsplit(url).hostname or "").lower()
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(INSIDE)
    return not (address.is_loopback or address.is_private)


def wrong_networks(texts: list[str]) -> list[str]:
    """Return those of the texts that name no network."""
    wrong = []
    for text in texts:
        try:
            ip_network(text)
        except ValueError:
            wrong.append(text)
    return wrong
