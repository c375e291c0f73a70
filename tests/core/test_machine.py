"""The machine: allocator, device, versions."""

import ctypes
import platform
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

from spinefm.core import machine as runtime


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
