"""Taking back: what a change started is ended, what it ended is started again, what it wrote is restored.

What later changes have overtaken stays as it is, and is named. It is a change like any other: who may do
each of its parts is asked, the guards judge its effects, and it can be taken back in turn.
"""
