"""When a process that serves pages looks for garbage: seldom, and never among what it keeps for good."""

import gc

# So many more objects made than let go of before the youngest are looked through. A long list makes some ten
# thousand; Python's own measure of 700 would stop it in the middle, again and again.
YOUNG, MIDDLE, OLD = 50_000, 20, 20


def settle() -> None:
    """Leave alone what has been loaded so far, and look for garbage between pages rather than within them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
