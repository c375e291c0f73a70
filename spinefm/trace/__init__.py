"""The typed record of a run, its JSON and its captions."""
