"""The page's one public endpoint, `/segment`: for programs (`gradio_client`) and as a tool for agents (MCP).

Every other event of the page is private.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote
from uuid import uuid4

import gradio as gr
from gradio.events import api
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder, is_in_or_equal

from spinefm.imaging.radiograph import Radiograph, UnreadableFilm
from spinefm.methods import METHODS, CannotStart, run_to_trace, upright
from spinefm.trace.model import Setting, Trace
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.limits import LIMITS, USUAL
from spinefm.ui.server.model_queue import ModelQueue, QueueFull
from spinefm.ui.server.model_service import ModelService, ServiceError
from spinefm.ui.server.result_zip import result_zip
from spinefm.ui.server.running import BROKEN, Wishes
from spinefm.weights.manifest import BundleError

NAME = "segment"
NO_LINKS = "A film is sent, not linked: upload the file, or give it as a data: URI."
OWN_FILE = "/gradio_api/file="
"""Comes before the path in the address of a file that was uploaded to the page."""

if TYPE_CHECKING:
    Method = str
else:
    Method = Literal[METHODS]  # the choices of an agent
Move = Callable[[Any], Awaitable[str | None]]

LOG = logging.getLogger(__name__)


class CallRefused(gr.Error):
    """A call that has no result; the caller gets its sentence as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, print_exception=False)

    def __str__(self) -> str:
        """The sentence, without the quotes that gradio puts around it for an MCP client."""
        return str(self.message)


class Endpoint:
    """`/segment` of a page: shares its model service and its queue with the visitors of the page."""

    def __init__(self, page: gr.Blocks, service: ModelService, queue: ModelQueue) -> None:
        """Add the endpoint to `page`, which is being built."""
        self._service = service
        self._queue = queue
        # Not in gradio's queue: that one answers an MCP client with Python's text of a tuple. Ours has its own bound.
        added = api(self.segment, api_name=NAME, queue=False)
        film: Any = page.fns[added["id"]].inputs[0]
        film.async_move_resource_to_block_cache = _uploads_only(film.async_move_resource_to_block_cache)

    def segment(
        self,
        film: gr.FileData,
        method: Method = "spinefm",
        bundle: str = "",
        score_limit: float | None = None,
        overlap_limit: float | None = None,
        patch_factor: float | None = None,
        background_limit: float | None = None,
        final_limit: float | None = None,
    ) -> tuple[str, gr.FileData]:
        """Outline and name the vertebrae of one lateral spine radiograph. Research only, not a medical device.

        The five limits are SpineFM's and mean nothing to the other methods. Left out, each has the value of the preset
        that fits the weights.

        Args:
            film: a PNG, JPEG, TIFF, BMP, DICOM or NIfTI file of at most 32 MB and 25 million pixels.
            method: spinefm, vertxnet or spineps.
            bundle: a set of weights that the page has loaded, such as compact; left out, the one in use.
            score_limit: detections with a lower score do not start the run (0.3 to 0.95).
            overlap_limit: a mask that overlaps a vertebra by more ends its direction (0 to 0.5).
            patch_factor: side of the patch in vertebra spacings (1.5 to 5).
            background_limit: a body more likely to be background ends its direction (0.05 to 0.95).
            final_limit: probability from which a pixel belongs to the final mask (0.1 to 0.95).

        Returns:
            The trace as JSON (every vertebra with its name, outline and centroid, and every step with its limits), and
            a zip with labels.png, overlay.png, vertebrae.csv, measures.csv, report.json, trace.json and player.html.
        """
        limits = (score_limit, overlap_limit, patch_factor, background_limit, final_limit)
        try:
            with _said():
                wishes = Wishes(_settings(limits) if method == USUAL else {}, method=method)
            return self._result(_choice(film), wishes, bundle or None)
        except CallRefused:
            raise
        except (UnreadableFilm, CannotStart, BundleError, ServiceError, QueueFull) as error:
            raise CallRefused(str(error)) from error
        except Exception as error:
            LOG.exception("a call of /%s failed", NAME)
            raise CallRefused(BROKEN) from error

    def _result(self, choice: Choice, wishes: Wishes, bundle: str | None) -> tuple[str, gr.FileData]:
        trace, film = self._trace(choice.read(), wishes, bundle)
        with result_zip(trace, film) as packed:
            content = Path(packed["path"]).read_bytes()
        path = save_bytes_to_cache(content, packed["orig_name"], get_upload_folder())
        return trace.to_json(), gr.FileData(path=path, orig_name=packed["orig_name"])

    def _trace(self, film: Radiograph, wishes: Wishes, bundle: str | None) -> tuple[Trace, Radiograph]:
        """Run the film when it is its turn; returns the trace, and the film as it was run: upright.

        Raises CallRefused, QueueFull, CannotStart, BundleError, ServiceError.
        """
        with _said():
            method = self._service.method(wishes.settings, None, wishes.method, bundle)
        with self._queue.turn(f"api {uuid4().hex}"):  # a fixed name could be a visitor's, who would dismiss all calls
            film = upright(method, film)
            return run_to_trace(method, film), film


@contextmanager
def _said() -> Iterator[None]:
    """What the caller asked for is taken up inside: a ValueError there has a sentence on it. Raises CallRefused."""
    try:
        yield
    except ValueError as error:
        raise CallRefused(str(error)) from error


def _settings(limits: Sequence[float | None]) -> Mapping[str, Setting]:
    """The settings that `limits`, one per slider of SpineFM, give. Raises ValueError for one out of its range."""
    given = {limit: value for limit, value in zip(LIMITS[USUAL], limits, strict=True) if value is not None}
    for limit, value in given.items():
        if not isinstance(value, int | float) or not limit.low <= value <= limit.high:
            raise ValueError(f"{limit.name} is a number from {limit.low:g} to {limit.high:g}, not {value!r}.")
    return {limit.name: float(value) for limit, value in given.items()}


def _choice(film: Any) -> Choice:
    """The uploaded film with the name that it had."""
    sent = film if isinstance(film, dict) else film.model_dump()
    path = Path(sent["path"])
    return Choice(path, sent.get("orig_name") or path.name)


def _uploads_only(move: Move) -> Move:
    """`move`, which would fetch any address, for files that were uploaded to this page and for nothing else."""

    async def uploaded(place: Any) -> str | None:
        text = str(place)
        if text.startswith(("http://", "https://")):
            place = unquote(text.partition(OWN_FILE)[2])
            if not place or not is_in_or_equal(place, get_upload_folder()):
                raise CallRefused(NO_LINKS)
        return await move(place)

    return uploaded
