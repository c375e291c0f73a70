"""What the running page answers: headers everywhere, closed addresses, no path of the server."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from email.message import Message

import pytest
from gradio import processing_utils
from gradio.utils import get_hash_seed

from spinefm.ui.server.headers import CLOSED, is_closed


def ask(url: str, data: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and content of an answer."""
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.parametrize("path", ["", "config", "gradio_api/info", "nowhere", "monitoring"])
def test_every_answer_carries_the_headers(bare_address: str, path: str) -> None:
    _, headers, _ = ask(bare_address + path)
    policy = str(headers["content-security-policy"])
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in policy and "object-src 'none'" in policy
    assert "frame-ancestors 'self' https://huggingface.co" in policy
    assert "http:" not in policy and " * " not in policy and policy.count("https://*") == 2


@pytest.mark.parametrize(
    "path",
    [
        "monitoring",
        "monitoring/",
        "monitoring/summary",
        "monitoring/x/dashboard",
        "gradio_api/deep_link?session_hash=a",
    ],
)
def test_what_the_page_does_not_need_is_closed(bare_address: str, path: str) -> None:
    assert ask(bare_address + path)[0] == 404


def test_doubled_slashes_open_nothing() -> None:
    assert all(is_closed(closed) and is_closed(f"{closed}/x") for closed in CLOSED)
    assert not is_closed("/monitoring-of-something") and not is_closed("/")


def test_the_configuration_names_no_folder_of_the_server(bare_address: str) -> None:
    text = ask(f"{bare_address}config")[2].decode()
    assert not re.findall(r"/(?:work|tmp|root|home|srv|usr|opt)/[\w./-]+", text)


def test_the_address_of_an_upload_is_not_that_of_its_content(bare_address: str) -> None:
    seed = processing_utils.hash_seed
    assert len(seed) == 32 and seed != get_hash_seed().encode()


def test_an_upload_is_served_as_a_file_that_runs_nothing(bare_address: str) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.html"\r\n\r\n<script>1</script>\r\n--x--\r\n'
    )
    status, _, path = ask(
        f"{bare_address}gradio_api/upload", body, **{"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert status == 200
    _, headers, _ = ask(f"{bare_address}gradio_api/file={path.decode()[2:-2]}")
    assert str(headers["content-security-policy"]).startswith("sandbox")
    assert str(headers["content-disposition"]).startswith("attachment")
