"""A merged batch in the explorer: its tables stay here, the browser gets pages, counts and single films."""

from spinefm.ui.server.explorer.batch.index import BatchIndex, is_batch
from spinefm.ui.server.explorer.batch.query import BatchQuestion, answer, opening
from spinefm.ui.server.explorer.batch.store import BatchStore, batch_answers

__all__ = ["BatchIndex", "BatchQuestion", "BatchStore", "answer", "batch_answers", "is_batch", "opening"]
