from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from accounts.models import Review
from accounts.reviews.evidence import build, digest_of
from adminrights.commands import Outcome, ServiceCommand

MOST = 2**62


class Command(ServiceCommand):
    help = (
        "Print the evidence of a closed access review, by its number: the same file that its page offers, to "
        "the byte. Ends with 1 where it isn't what was sealed when the review was closed."
    )
    writes = False
    formats = ("json",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(format="json")
        parser.add_argument("number", type=int, help="the number of the review, as its address has it")

    def run(self, **options: Any) -> Outcome:
        review = Review.objects.filter(pk=min(max(options["number"], 0), MOST)).first()
        if review is None:
            raise CommandError(f"There is no review {options['number']}.")
        if review.closed_at is None:
            raise CommandError("This review is still open: it has no evidence yet.")
        file = build(review)
        self.stdout.write(file.decode(), ending="")
        self.say(f"SHA-256 {digest_of(file)}")
        if digest_of(file) != review.evidence:
            raise CommandError(f"It was sealed with {review.evidence}: its rows were altered since.")
        return Outcome(data=None)
