from accounts.declared.commands import PolicyCommand, told
from accounts.declared.document import Document
from accounts.declared.planning import Plan
from accounts.services.declared import apply_policy
from adminrights.commands import Outcome
from adminrights.models import Unit


class Command(PolicyCommand):
    help = (
        "Make an organisation what a policy file declares, in one change: what the file doesn't have is "
        "removed. A file without people leaves people alone. Says what it does in the words of `plan`. "
        "Exit code: 0 done or nothing to do, 1 the file has errors, 3 a dry run that would change something, "
        "4 a guard refused it; after an error or a refusal nothing was changed."
    )

    def after(self, plan: Plan, document: Document, root: Unit) -> Outcome:
        if plan.differences:
            apply_policy(document, root=root, actor=self.actor)
            self.say(f"{root.name} is now what the file declares.")
        return told(plan)
