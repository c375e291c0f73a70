"""Data sets are fetched from the Hub by its own client; the Hub is a local stand-in."""

import subprocess
import sys

import httpx2
import pytest

from spinefm.data import DatasetError
from spinefm.data.hub import fetch
from tests.data import layouts
from tests.hub_server import HubServer

SCRIPT = """
import sys
from spinefm.data import DatasetError, cases, open_dataset
try:
    print(*(case.name for case in cases(open_dataset("auto", sys.argv[1]))))
except DatasetError as error:
    print(error)
"""


def asked(server, home, identity):
    """What a new process, for which the stand-in is the Hub, says about a data set."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, identity],
        env=server.environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def server(phantom, tmp_path):
    layouts.write_labelme(phantom, tmp_path / "set", ["one", "two"])
    files = {path.name: path.read_bytes() for path in (tmp_path / "set").iterdir()}
    with HubServer({"datasets/lab/necks": files}) as running:
        yield running


def test_a_data_set_of_the_hub_is_read_and_kept(server, tmp_path):
    assert asked(server, tmp_path / "home", "hf:lab/necks") == "one two"
    server.requests.clear()
    assert asked(server, tmp_path / "home", "hf:lab/necks") == "one two"
    assert not [path for method, path in server.requests if method == "GET" and "/resolve/" in path]


def test_a_data_set_that_is_not_there_is_one_sentence(server, tmp_path):
    assert asked(server, tmp_path / "home", "hf:lab/none").startswith("The Hub does not provide lab/none")


@pytest.mark.parametrize("identity", ["hf:", "hf:necks", "hf:../etc/passwd", "hf:a/b/c", "hf:a/b@"])
def test_what_is_no_id_is_refused_before_anyone_is_asked(identity):
    with pytest.raises(DatasetError, match="write hf:owner/name"):
        fetch(identity)


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.RemoteProtocolError])
def test_a_broken_transfer_is_one_sentence(error, monkeypatch):
    def broken(*_, **__):
        raise error("broken off")

    monkeypatch.setattr("huggingface_hub.snapshot_download", broken)
    with pytest.raises(DatasetError, match="the Hub cannot be reached"):
        fetch("hf:lab/necks")


def test_a_name_that_the_hub_forbids_is_one_sentence():
    with pytest.raises(DatasetError, match="is not a name that the Hub allows"):
        fetch("hf:a/b..c")
