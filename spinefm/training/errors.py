"""The one error of training."""


class TrainingError(ValueError):
    """Training cannot start or go on; the message is one sentence that says why and what to do."""
