"""How long a password must be: as the only thing that is asked for, and beside a second factor (A1)."""

ALONE, WITH_FACTOR = 15, 8
