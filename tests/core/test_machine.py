"""The machine: allocator, device, versions."""

import ctypes
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
import torch

from spinefm.core import machine as runtime

ROOT = Path(__file__).parents[2]


def test_versions_come_without_importing_torch() -> None:
    code = "import sys, spinefm.core.machine as m; print(m.library_versions()['torch'], 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [torch.__version__.partition("+")[0], "False"]


def test_the_library_that_resamples_is_among_them() -> None:
    assert runtime.library_versions()["opencv-python-headless"][0].isdigit()


def test_a_library_that_is_absent_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "LIBRARIES", ("no-such-library",))
    assert runtime.library_versions()["no-such-library"] == "not installed"


def test_allocator_is_left_alone_without_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    monkeypatch.setattr(ctypes, "CDLL", None)
    assert runtime.quiet_allocator() is False


def test_allocator_gets_its_four_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def mallopt(parameter: int, value: int) -> int:
        calls.append(parameter)
        return 1

    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=mallopt))
    assert runtime.quiet_allocator() is True
    assert sorted(calls) == [-8, -4, -2, -1]


def test_auto_takes_a_gpu_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert runtime.pick_device("auto").type == "cuda"
    assert runtime.pick_device("cuda:0").index == 0
    with pytest.raises(runtime.DeviceError, match="1 CUDA devices"):
        runtime.pick_device("cuda:1")


def test_auto_takes_the_cpu_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert runtime.pick_device() == torch.device("cpu")


@pytest.mark.parametrize("name", ["toaster", "meta", ""])
def test_other_devices_are_refused(name: str) -> None:
    with pytest.raises(runtime.DeviceError, match="use auto"):
        runtime.pick_device(name)


@pytest.mark.parametrize(
    ("able", "expected"),
    [({"avx2": True}, False), ({"amx_bf16": True}, True), ({"avx512_bf16": True}, True), ({"bf16": False}, False)],
)
def test_bfloat16_is_for_processors_that_have_it(able, expected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert runtime.computes_bfloat16(torch.device("cpu")) is expected
    assert runtime.computes_bfloat16(torch.device("cuda")) is True


@pytest.mark.parametrize(
    ("load", "quota", "allowed", "cores", "free"),
    [
        ("0.1 0.1 0.1 1/300 4711", "max 100000", 2, 2, 2),
        ("0.1 0.1 0.1 2/300 4711", "max 100000", 2, 2, 1),
        ("9.0 9.0 9.0 9/300 4711", "max 100000", 2, 2, 1),
        ("0.1 0.1 0.1 1/300 4711", "150000 100000", 8, 8, 2),
        ("40.0 40.0 40.0 41/300 4711", "200000 100000", 64, 64, 2),
        ("nonsense", "nonsense", 4, 4, 4),
        ("0.1 0.1 0.1 1/300 4711", "max 100000", 2, 8, 2),
    ],
    ids=["alone", "one neighbour", "nine", "a quota", "a host with others", "unknown", "affinity"],
)
def test_free_cores_are_those_granted_that_nothing_else_keeps_busy(
    load: str, quota: str, allowed: int, cores: int, free: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in (("LOAD", load), ("QUOTA", quota)):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(runtime, name, tmp_path / name)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)))
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert runtime.free_cores() == free


SETTINGS = """
import os, sys
{start}
loaded = [name for name in ("torch", "numpy", "cv2") if name in sys.modules]
print(loaded, os.environ["OMP_WAIT_POLICY"], os.environ["GOMP_SPINCOUNT"], os.environ["KMP_BLOCKTIME"])
print(os.environ["OMP_NUM_THREADS"])
"""
HEEDED = """
import torch
print(torch.get_num_threads() == int(os.environ["OMP_NUM_THREADS"]))
"""


@pytest.mark.parametrize(
    "start",
    [
        "import app; app.prepare()",
        "import spinefm.cli.app as cli; cli.main(['info'])",
        "import bench.film_speed; bench.film_speed.share_cores()",
    ],
    ids=["page", "command line", "bench"],
)
def test_waiting_threads_sleep_before_any_library_with_threads_is_there(start: str) -> None:
    plain = {
        name: value for name, value in os.environ.items() if name not in (*runtime.SLEEPING_THREADS, "OMP_NUM_THREADS")
    }
    heeded = HEEDED if "prepare" in start else ""  # torch takes a second to import and does the same each time
    command = [sys.executable, "-c", SETTINGS.format(start=start) + heeded]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain, cwd=ROOT)
    settings, threads, *agrees = done.stdout.splitlines()[-3 if heeded else -2 :]
    assert settings == "[] PASSIVE 0 0" and int(threads) > 0
    assert agrees == (["True"] if heeded else [])


def test_what_the_owner_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in runtime.SLEEPING_THREADS:
        monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    runtime.share_cores()
    assert os.environ["OMP_WAIT_POLICY"] == "theirs" and os.environ["OMP_NUM_THREADS"] == "7"


def test_one_thread_holds_for_loaded_libraries_and_those_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    monkeypatch.setenv(runtime.THREADS_VARIABLE, "7")
    before = torch.get_num_threads(), cv2.getNumThreads()
    try:
        runtime.use_one_thread()
        assert (torch.get_num_threads(), cv2.getNumThreads(), os.environ[runtime.THREADS_VARIABLE]) == (1, 1, "1")
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def test_a_fork_finds_opencv_without_threads() -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    with pytest.raises(RuntimeError), runtime.forkable():
        assert cv2.getNumThreads() == 1
        raise RuntimeError
    assert cv2.getNumThreads() == 2
    cv2.setNumThreads(before)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("MemTotal: 9 kB\nMemAvailable:   2048 kB\n", 2 << 20), ("MemTotal: 9 kB\n", sys.maxsize), (None, sys.maxsize)],
)
def test_free_memory_is_what_the_system_says(
    text: str | None, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "MEMORY", tmp_path / "meminfo")
    if text is not None:
        (tmp_path / "meminfo").write_text(text)
    assert runtime.free_memory() == expected
