"""What has to be known on both sides of a comparison, with or without the product. Pure."""

# The permission about which every world decides.
ASKED = "user_profiles:update"


class Disagreement(Exception):
    """A world answers otherwise than it must: nothing may be timed."""
