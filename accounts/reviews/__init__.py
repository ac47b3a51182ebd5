"""Access reviews: what is looked at, what each right gives, how it is taken away, and the proof of it."""
