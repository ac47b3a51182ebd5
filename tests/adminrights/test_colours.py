"""The colours of the design: what is read stands out, in every theme (WCAG 1.4.3, 1.4.6, 1.4.11)."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
VALUE = re.compile(r"--([a-z-]+):\s*(?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
TEXTS = ("text", "text-muted", "text-faint", "accent-text")
MEANINGS = ("good", "wait", "bad", "info", "off")
ON_THEIR_OWN = [
    *((meaning, f"{meaning}-soft") for meaning in MEANINGS),
    ("accent-text", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-bad", "bad-strong"),
    ("on-bad", "bad-strong-hover"),
]


def colours(*files: str, dark: bool) -> dict[str, str]:
    """Return the colours by name; a later file puts its own in the place of an earlier one's."""
    found: dict[str, str] = {}
    for file in files:
        for name, bright, dim, both in VALUE.findall((CSS / file).read_text()):
            found[name] = both or (dim if dark else bright)
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance, as WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("files", "text", "control"),
    [(("tokens.css",), 4.5, 3.0), (("tokens.css", "contrast.css"), 7.0, 4.5)],
    ids=["usual", "high"],
)
def test_what_is_read_stands_out_from_its_ground(
    files: tuple[str, ...], text: float, control: float, dark: bool
) -> None:
    known = colours(*files, dark=dark)
    wanted = [(pair, text) for pair in (*product(TEXTS, GROUNDS), *ON_THEIR_OWN)]
    wanted += [(pair, control) for pair in product(("line-control", "focus"), GROUNDS)]
    low = {pair: contrast(known[pair[0]], known[pair[1]]) for pair, _least in wanted}
    assert {pair: round(low[pair], 2) for pair, least in wanted if low[pair] < least} == {}
