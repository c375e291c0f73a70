"""Published figures stand beside the films they were published on, and nowhere else."""

import pytest

from spinefm.data import KINDS
from spinefm.evaluation.published import published_for


@pytest.mark.parametrize(("kind", "source"), [("nhanes2", "NHANES II"), ("csxa", "CSXA")])
def test_the_sets_that_were_published(kind, source):
    published = published_for(kind)
    assert published is not None and published.source == source


@pytest.mark.parametrize("kind", sorted({*KINDS, "auto", ""} - {"nhanes2", "csxa"}))
def test_other_sets_have_no_published_figures(kind):
    assert published_for(kind) is None
