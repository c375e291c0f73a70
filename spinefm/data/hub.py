"""Data sets on the Hugging Face Hub: fetched whole by its own client, or named at the commit of today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spinefm.data.dataset import DatasetError

PREFIX = "hf:"
"""What marks a data set's id in the place of a folder."""
IDENTITY = re.compile(r"hf:([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")


def fetch(identity: str) -> Path:
    """The local folder of `hf:owner/name` or `hf:owner/name@revision`, downloaded where it is not there yet.

    Raises DatasetError for what is no id, a data set that is not there or not open, and without a network.
    """
    repo, revision = _repo_and_revision(identity)
    from huggingface_hub import snapshot_download

    with _one_sentence(repo):
        return Path(snapshot_download(repo, repo_type="dataset", revision=revision))


def pinned(identity: str) -> str:
    """The URL of `hf:owner/name` or `hf:owner/name@revision` at its commit of today, which no later one changes.

    Raises DatasetError as `fetch` does.
    """
    repo, revision = _repo_and_revision(identity)
    from huggingface_hub import HfApi

    with _one_sentence(repo):
        return f"hf://datasets/{repo}@{HfApi().dataset_info(repo, revision=revision).sha}"


def _repo_and_revision(identity: str) -> tuple[str, str | None]:
    match = IDENTITY.fullmatch(identity)
    if match is None:
        raise DatasetError(f"{identity!r} is not a data set on the Hub; write hf:owner/name or hf:owner/name@revision.")
    repo, revision = match.groups()
    return repo, revision


@contextmanager
def _one_sentence(repo: str) -> Iterator[None]:
    """Turn what the Hub's client raises about a data set into a DatasetError."""
    from httpx2 import HTTPError
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        yield
    except HfHubHTTPError as error:
        raise DatasetError(f"The Hub does not provide {repo}: it does not exist, or you have no access.") from error
    except HFValidationError as error:
        raise DatasetError(f"{repo} is not a name that the Hub allows; write hf:owner/name.") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HTTPError, OSError) as error:
        raise DatasetError(f"{repo} is not on this machine and the Hub cannot be reached; try again later.") from error
