"""Another process on the product's world: it answers whether an account may do something, line by line."""

import sys

from accounts.models import Account
from adminrights.models import Unit


def main(_n: int) -> None:
    for line in sys.stdin:
        account, permission, unit = line.split()
        may = Account.objects.get(pk=account).has_perm(permission, Unit.objects.get(pk=unit))
        print(may, flush=True)
