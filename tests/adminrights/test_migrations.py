"""Migrations go both ways; the long run `migrations` takes them there and back with rows."""

from tests.soak.migrations import unlike_forwards


# R7.3
def test_every_migration_can_be_undone() -> None:
    assert list(unlike_forwards()) == []
