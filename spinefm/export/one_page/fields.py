"""What the reader may type onto the report: nothing of it is known to the program."""

FIELDS = ("Patient or study", "Date of the film", "Read by")
"""Empty fields at the top."""
