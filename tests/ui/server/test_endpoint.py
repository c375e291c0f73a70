"""`/segment` on the running page, called by the real `gradio_client` and the real MCP client."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import re
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from mcp.types import CallToolResult, TextContent, Tool

from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import METHODS
from spinefm.trace.model import Trace
from spinefm.trace.registry import Event
from spinefm.ui.server.endpoint import NAME, NO_LINKS, CallRefused, Endpoint, Method, _settings
from spinefm.ui.server.limits import LIMITS, USUAL
from spinefm.ui.server.model_queue import ModelQueue
from spinefm.ui.server.running import BROKEN
from tests.ui.server.conftest import serve
from tests.ui.server.stand_in import StandIn, StandInService, write_film

ROOT = Path(__file__).parents[3]
NAMES = ["C2", "C3", "C4", "C5", "C6", "C7"]


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    """Gradio's client, as a program would use it."""
    return Client(address, verbose=False)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "neck.png")


def test_segment_is_the_only_public_event(client: Client, address: str) -> None:
    assert list(client.view_api(return_format="dict", print_info=False)["named_endpoints"]) == ["/segment"]
    with urllib.request.urlopen(f"{address}config") as page:
        events = json.load(page)["dependencies"]
    assert [event["api_name"] for event in events if event["api_visibility"] != "private"] == ["segment"]
    assert len(events) > 20


def test_a_program_gets_the_trace_as_json_and_the_zip(client: Client, film: Path) -> None:
    text, packed = client.predict(handle_file(str(film)), api_name="/segment")
    trace = Trace.from_json(text)
    assert trace.film.name == "neck.png" and [vertebra.name for vertebra in trace.vertebrae] == NAMES
    files = {Path(name).name for name in zipfile.ZipFile(packed).namelist()}
    assert {"labels.png", "overlay.png", "trace.json", "vertebrae.csv", "report.json", "player.html"} <= files
    assert json.loads(zipfile.ZipFile(packed).read("neck/trace.json")) == json.loads(text)


def test_the_lines_of_the_readme_call_it(
    address: str, film: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = next(text for text in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "gradio_client" in text)
    film.rename(film.with_name("film.png"))
    monkeypatch.chdir(film.parent)
    exec(compile(code.replace("you/spinefm", address), "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert len([line for line in code.splitlines() if line.strip()]) == 6
    assert [line.split()[0] for line in printed if line.split()[0] in NAMES] == NAMES


def test_method_bundle_and_limits_are_optional_arguments(client: Client, film: Path) -> None:
    given = {"method": "spinefm", "bundle": "compact", "overlap_limit": 0.02}
    text, _ = client.predict(handle_file(str(film)), **given, api_name="/segment")
    assert json.loads(text)["settings"]["overlap_limit"] == 0.02


def test_the_arguments_are_those_of_the_page() -> None:
    defaults = {name: one.default for name, one in inspect.signature(Endpoint.segment).parameters.items()}
    limits = [limit.name for limit in LIMITS[USUAL]]
    assert set(get_args(Method)) == set(METHODS)
    assert list(defaults) == ["self", "film", "method", "bundle", *limits]
    assert {defaults[name] for name in limits} == {None}, "left out, each has the value of the preset"


def test_a_limit_that_is_given_counts_whatever_the_preset() -> None:
    given = tuple(limit.default for limit in LIMITS[USUAL])
    assert _settings(given) == {limit.name: limit.default for limit in LIMITS[USUAL]}
    assert _settings((None, 0.2, None, None, None)) == {"overlap_limit": 0.2}


@pytest.mark.parametrize(
    ("name", "content", "given", "sentence"),
    [
        ("dark.png", None, {}, "Fewer than three vertebrae were found: click three neighbouring ones."),
        ("neck.png", None, {"bundle": "paper"}, 'This page has no bundle "paper": choose compact.'),
        ("neck.png", None, {"overlap_limit": 5}, "overlap_limit is a number from 0 to 0.5, not 5."),
        ("neck.png", None, {"final_limit": "x"}, "final_limit is a number from 0.1 to 0.95, not 'x'."),
        (
            "notes.txt",
            b"no film at all",
            {},
            "The file is not an image: give a PNG, JPEG, TIFF, BMP, DICOM or NIfTI file.",
        ),
    ],
)
def test_what_goes_wrong_reaches_the_caller_as_one_sentence(
    client: Client, tmp_path: Path, name: str, content: bytes | None, given: dict[str, Any], sentence: str
) -> None:
    path = write_film(tmp_path / name) if content is None else tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AppError) as raised:
        client.predict(handle_file(str(path)), **given, api_name="/segment")
    assert str(raised.value) == sentence


@pytest.mark.parametrize("place", ["https://example.com/film.png", "http://127.0.0.1:1/gradio_api/file=/etc/hostname"])
def test_an_address_is_not_fetched(client: Client, place: str) -> None:
    with pytest.raises(AppError) as raised:
        client.predict({"path": place, "meta": {"_type": "gradio.FileData"}}, api_name="/segment")
    assert str(raised.value) == NO_LINKS


def test_a_file_of_the_server_that_nobody_uploaded_is_not_read(address: str) -> None:
    film = {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}
    with httpx.Client(base_url=address) as http:
        answer = http.post("gradio_api/run/segment", json={"data": [film]})
    assert answer.status_code == 500 and "trace" not in answer.text


@pytest.fixture
def full(tmp_path: Path) -> Iterator[str]:
    """A page whose queue has no place left."""
    service, queue = StandInService(), ModelQueue(most=1)
    queue.join("someone")
    with gr.Blocks() as page:
        Endpoint(page, service, queue)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield url
    page.close()


def test_a_full_queue_is_a_sentence(full: str, film: Path) -> None:
    with pytest.raises(AppError) as raised:
        Client(full, verbose=False).predict(handle_file(str(film)), api_name="/segment")
    assert str(raised.value) == "One film is waiting already: try again in a minute."


class WatchedQueue(ModelQueue):
    """A queue that says when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = threading.Event()

    def waits(self, visitor: str) -> Iterator[int]:
        for ahead in super().waits(visitor):
            self.waiting.set()
            yield ahead


def endpoint_on(service: StandInService, queue: ModelQueue) -> Endpoint:
    """The endpoint itself, without a page that is served."""
    with gr.Blocks() as page:
        return Endpoint(page, service, queue)


def test_a_visitor_who_has_the_name_of_the_endpoint_releases_no_call(film: Path) -> None:
    queue = WatchedQueue()
    endpoint = endpoint_on(StandInService(), queue)
    queue.join("other")
    with ThreadPoolExecutor(1) as apart:
        call = apart.submit(endpoint.segment, gr.FileData(path=str(film)))
        assert queue.waiting.wait(60)
        queue.dismiss(NAME)
        assert queue.join("next") == 2, "the call still waits for its turn"
        queue.leave("other")
        assert Trace.from_json(call.result(60)[0]).vertebrae


class BrokenMethod(StandIn):
    """A method with a fault, which Python says as a ValueError."""

    def run(self, film: Radiograph) -> Iterator[Event]:
        raise ValueError("operands could not be broadcast together with shapes (3,) (4,)")


class BrokenService(StandInService):
    """A model service that hands it out."""

    def method(self, *_: Any) -> StandIn:
        return BrokenMethod()


def test_an_error_of_the_program_is_logged_and_no_refusal(film: Path, caplog: pytest.LogCaptureFixture) -> None:
    endpoint = endpoint_on(BrokenService(), ModelQueue())
    with pytest.raises(CallRefused, match=re.escape(BROKEN)):
        endpoint.segment(gr.FileData(path=str(film)))
    (record,) = caplog.records
    assert record.exc_info and "broadcast" in str(record.exc_info[1])


def call_tools(address: str, calls: list[dict[str, Any]]) -> tuple[list[Tool], list[CallToolResult]]:
    """The tools that the page offers to an agent, and what `segment` answers to each of `calls`."""

    async def session() -> tuple[list[Tool], list[CallToolResult]]:
        async with (
            streamablehttp_client(f"{address}gradio_api/mcp/") as (reader, writer, _),
            ClientSession(reader, writer) as agent,
        ):
            await agent.initialize()
            tools = (await agent.list_tools()).tools
            return tools, [await agent.call_tool("segment", arguments) for arguments in calls]

    with ThreadPoolExecutor(1) as apart:  # the browser of other tests has an event loop in this thread
        return apart.submit(asyncio.run, session()).result()


def texts(result: CallToolResult) -> list[str]:
    return [part.text for part in result.content if isinstance(part, TextContent)]


def test_an_agent_finds_the_tool_and_calls_it(address: str, film: Path) -> None:
    data = "data:image/png;base64," + base64.b64encode(film.read_bytes()).decode()
    calls = [{"film": data}, {"film": "https://example.com/film.png"}, {"film": data, "bundle": "paper"}]
    (tool,), (done, linked, unknown) = call_tools(address, calls)
    assert tool.name == "segment" and "not a medical device" in str(tool.description)
    assert tool.inputSchema["required"] == ["film"]
    assert all(tool.inputSchema["properties"][limit.name]["description"] for limit in LIMITS[USUAL])
    trace, link = texts(done)
    assert [vertebra.name for vertebra in Trace.from_json(trace).vertebrae] == NAMES
    assert httpx.get(link).content[:2] == b"PK"
    assert linked.isError and texts(linked) == [NO_LINKS]
    assert unknown.isError and texts(unknown) == ['This page has no bundle "paper": choose compact.']


def test_nothing_of_a_call_is_kept_in_the_browser(tmp_path: Path) -> None:
    for address in serve(StandInService(), tmp_path):
        with urllib.request.urlopen(f"{address}config") as page:
            assert json.load(page)["run_history"] is False
