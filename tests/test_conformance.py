"""The page about accessibility tells the truth: each criterion is there, each test it names exists."""

import re

import pytest
from django.test import Client

from accounts.models import Account
from tests.accounts.pages import signed_in
from tests.proofs import HOUSE, PROOF, beside_tests, without_test

LINE = re.compile(r"^\| (\d[\d.]+) (?:to [\d.]+ )?(.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
# WCAG 2.2, levels A and AA; 1.2.1 stands for all of 1.2, and 4.1.1 is no criterion any more.
CRITERIA = """
1.1.1 1.2.1 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13
2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 2.4.6 2.4.7 2.4.11
2.5.1 2.5.2 2.5.3 2.5.4 2.5.7 2.5.8
3.1.1 3.1.2 3.2.1 3.2.2 3.2.3 3.2.4 3.2.6 3.3.1 3.3.2 3.3.3 3.3.4 3.3.7 3.3.8 4.1.2 4.1.3
"""
WITHOUT = {"Looked at", "Doesn't arise"}


def lines() -> list[tuple[str, str, str, str]]:
    return LINE.findall((HOUSE / "docs" / "accessibility.md").read_text())


def test_every_criterion_stands_there_once() -> None:
    assert [number for number, *_rest in lines()] == CRITERIA.split()


@pytest.mark.parametrize(("number", "proof"), [(number, proof) for number, _name, _how, proof in lines()])
def test_every_criterion_has_a_test_that_exists_or_says_why_not(number: str, proof: str) -> None:
    assert without_test(proof) == []
    assert beside_tests(proof) in ({""} if PROOF.search(proof) else WITHOUT)


def purposes(client: Client, path: str) -> list[str]:
    return re.findall(r'autocomplete="([a-z-]+)"', client.get(path).content.decode())


# WCAG 1.3.5
def test_fields_about_oneself_say_what_they_are_for(nemo: Account) -> None:
    assert purposes(Client(), "/sign-in/") == ["username", "current-password"]
    assert purposes(signed_in(nemo), "/me/password/") == ["current-password", "new-password", "new-password"]
    assert "email" in purposes(signed_in(nemo), "/me/address/")
