"""Browsers that were left open: whoever was disabled meanwhile comes back to the sign-in page (S3)."""

from django.test import Client
from django.urls import reverse

from accounts.models import Account
from tests.ceiling.state import State


class Windows:
    """One open browser for each person, and which of them must be good for nothing by now."""

    def __init__(self) -> None:
        self.open: dict[int, Client] = {}
        self.over: set[int] = set()

    def look(self, before: State, after: State) -> None:
        """Remember whose sessions have ended by what happened."""
        for account in self.open:
            was, now = before.people[account], after.people[account]
            if not now.active or now.email != was.email:
                self.over.add(account)

    def ended(self, account: int) -> None:
        """Remember that somebody signed the account out everywhere."""
        self.over.update({account} & self.open.keys())

    def come_back(self, account: int) -> list[str]:
        """Let the person use the open browser once more, or open one; say what is wrong with the answer."""
        person = Account.objects.get(pk=account)
        browser = self.open.pop(account, None)
        if browser is None:
            if person.status == Account.Status.ACTIVE:
                self.open[account] = Client()
                self.open[account].force_login(person)
            return []
        must_be_over = account in self.over
        self.over.discard(account)
        answer = browser.get(reverse("accounts:my_profile"))
        if answer.status_code < 400 and not _at_the_door(answer):
            self.open[account] = browser
            return [f"an old browser of {account} still works"] if must_be_over else []
        return []


def _at_the_door(answer: object) -> bool:
    return str(getattr(answer, "headers", {}).get("Location", "")).startswith(reverse("accounts:sign_in"))
