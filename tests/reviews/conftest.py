import pytest

from accounts.models import Account, Review
from adminrights.change import SYSTEM
from groups.models import Group
from groups.services import add_members
from tests.reviews.reviewed import review_of


@pytest.fixture
def review(campaign_team: Group, gwen: Account, nemo: Account) -> Review:
    add_members(campaign_team, [nemo], actor=SYSTEM)
    return review_of(campaign_team)
