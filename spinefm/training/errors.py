"""The errors of training."""

from spinefm.core.foreign import InputError


class TrainingError(InputError):
    """Training cannot start or go on; the message is one sentence that says why and what to do."""


class RunFailed(TrainingError):
    """A run that had started cannot go on; its last checkpoint, if it had one, is still there."""
