"""Files of the Hugging Face Hub: downloaded with progress, resumed after a break, and one sentence for each failure.

Without a network the Hub's client waits for half a minute, so the host is probed first, for three seconds.
"""

from __future__ import annotations

import errno
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from spinefm.weights.manifest import BundleError

REPO_VARIABLE = "SPINEFM_WEIGHTS_REPO"
REACH_SECONDS = 3.0
"""Seconds that the Hub's host may take to answer."""
UNAUTHORISED = 401
PAUSES = (0.5, 2.0)
"""Seconds before each further attempt after a break or a server's error."""


@dataclass(frozen=True)
class Place:
    """A file on the Hub: repository (owner/name), path in it, and the revision it is pinned to (None: the newest)."""

    repo_id: str
    file: str
    revision: str | None = None


def owners_repository() -> tuple[str, str | None] | None:
    """(repository, revision) from the environment, as `owner/name` or `owner/name@revision`; None if unset."""
    setting = os.environ.get(REPO_VARIABLE)
    if not setting:
        return None
    repo, _, revision = setting.partition("@")
    return repo, revision or None


def cached(place: Place) -> Path | None:
    """A file's path in the Hub's cache on this machine, or None; makes no request."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        path = try_to_load_from_cache(place.repo_id, place.file, revision=place.revision)
    except HFValidationError:  # no name that a repository can have, so nothing of it is here
        return None
    return Path(path) if isinstance(path, str) else None


def download(place: Place) -> Path:
    """The file in the Hub's cache, downloaded if it is missing; an interrupted download is resumed.

    Raises BundleError with one sentence that says why it is unavailable and what to do.
    """
    here = cached(place)
    if here is not None and place.revision is not None:
        return here
    online = _online()
    if here is not None and not online:
        return here
    if not online:
        raise BundleError(f"{place.file} is not on disk and the Hub cannot be reached: go online once.")
    for pause in (*PAUSES, None):
        try:
            return _fetched(place)
        except _Passing as error:
            if pause is None:
                raise BundleError(
                    f"{place.file} could not be fetched from {place.repo_id} ({error}): try again later."
                ) from error
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def discard(path: Path) -> None:
    """Remove a file from the Hub's cache, and the content that it is a link to, so that it is downloaded again."""
    content = path.resolve()
    path.unlink(missing_ok=True)
    content.unlink(missing_ok=True)


class _Passing(RuntimeError):
    """An error that another attempt may avoid."""


def _fetched(place: Place) -> Path:
    from httpx2 import HTTPError  # the Hub's client passes broken transfers on as they are
    from huggingface_hub import errors, hf_hub_download

    try:
        return Path(hf_hub_download(place.repo_id, place.file, revision=place.revision))
    except Exception as error:
        sentence = _sentence(place, error)
        if sentence is not None:
            raise BundleError(sentence) from error
        if isinstance(error, HTTPError | OSError | errors.FileMetadataError):
            raise _Passing(str(error).partition("\n")[0]) from error
        raise


def _sentence(place: Place, error: Exception) -> str | None:
    """What to do about an error that a further attempt cannot fix; None for all others."""
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError):  # the host answered a moment ago
        return None
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (
            f"There is not enough disk space for {place.file}: free some, or set HF_HOME to a folder on another disk."
        )
    repo = place.repo_id
    sentences: list[tuple[type[Exception], str]] = [
        (errors.GatedRepoError, f"{repo} is gated: accept its terms on the Hub and log in."),
        (errors.RepositoryNotFoundError, f"The Hub has no repository {repo}, or it is private: set {REPO_VARIABLE}."),
        (errors.RevisionNotFoundError, f"{repo} has no revision {place.revision}: correct the manifest."),
        (errors.EntryNotFoundError, f"{repo} contains no file {place.file}: publish it there or correct the manifest."),
        (errors.HFValidationError, f'"{repo}" is not the name of a repository: set {REPO_VARIABLE} to owner/name.'),
    ]
    if isinstance(error, errors.HfHubHTTPError) and error.response.status_code == UNAUTHORISED:
        sentences.append((errors.HfHubHTTPError, "The Hub refuses this machine's token: log in with `hf auth login`."))
    return next((text for kind, text in sentences if isinstance(error, kind)), None)


def _online() -> bool:
    """Whether the client may ask the Hub, and its host answers."""
    from huggingface_hub import constants

    return not constants.HF_HUB_OFFLINE and _reachable(constants.ENDPOINT)


def _reachable(endpoint: str) -> bool:
    """Whether the Hub's host answers, even with an error status."""
    try:
        request = urllib.request.Request(endpoint, method="HEAD")
        urllib.request.urlopen(request, timeout=REACH_SECONDS).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, HTTPException):
        return False
    except ValueError as error:
        raise BundleError(f'HF_ENDPOINT is "{endpoint}", which is not an address: write it with https://.') from error
    return True


def upload(repo_id: str, files: dict[str, Path], message: str) -> str:
    """Put files (path in the repository -> file here) into the model repository `repo_id` as one commit.

    The repository is created if there is none. Returns the commit. Raises BundleError.
    """
    from httpx2 import HTTPError
    from huggingface_hub import CommitOperationAdd, HfApi, errors

    client = HfApi()
    operations = [CommitOperationAdd(name, str(path)) for name, path in sorted(files.items())]
    try:
        client.create_repo(repo_id, repo_type="model", exist_ok=True)
        commit = client.create_commit(repo_id, operations, commit_message=message)
    except errors.HFValidationError as error:
        raise BundleError(f'"{repo_id}" is not the name of a repository: give owner/name.') from error
    except (HTTPError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise BundleError(f"Nothing was published to {repo_id} ({reason}): log in with `hf auth login`.") from error
    return str(commit.oid)
