"""The machine of a run: allocator, device, versions. torch is imported only where it is needed."""

import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

LIBRARIES = (
    "torch",
    "torchvision",
    "segment-anything",
    "opencv-python-headless",
    "gradio",
    "huggingface-hub",
    "safetensors",
    "numpy",
)

# glibc's mallopt parameters (malloc.h)
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -2, -4, -8
_KEEP_ALL = 2**31 - 1
_GROW_BY = 256 << 20  # bytes


THREADS_VARIABLE = "OMP_NUM_THREADS"
SLEEPING_THREADS = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}
"""OpenMP (GNU's and Intel's): a thread that waits for others sleeps, instead of keeping its core busy."""
LOAD = Path("/proc/loadavg")
"""Its fourth field counts the threads that are running or ready to run, this one among them."""
MEMORY = Path("/proc/meminfo")
"""Kilobytes of memory, among them those that programs can still take."""
QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Microseconds of processor time that a container gets, and the period for which it gets them."""


DEVICE_FAULTS = ("CUDA error", "CUDA driver error", "cuDNN error")
"""What torch's message begins with where a GPU fails: older versions raise a plain RuntimeError."""


class DeviceError(ValueError):
    """The requested device does not exist."""


def prepare() -> None:
    """Set up threads and allocator for the networks; call at program start, before torch is imported."""
    share_cores()
    quiet_allocator()


def share_cores() -> None:
    """Let OpenMP's threads sleep while they wait, and take as many as cores are free; what is set already stays.

    With spinning threads, a neighbour that keeps one of two cores busy makes a film take ten times as long: each
    parallel loop ends only when the thread that lost its core has had its turn. OpenMP reads these variables when it
    is loaded, so call this before torch is imported.
    """
    for name, value in {**SLEEPING_THREADS, THREADS_VARIABLE: str(free_cores())}.items():
        os.environ.setdefault(name, value)


def use_one_thread() -> None:
    """Compute in one thread, so that the other cores are left to other processes, whether or not torch is imported."""
    import cv2

    cv2.setNumThreads(1)
    os.environ[THREADS_VARIABLE] = "1"
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


@contextmanager
def forkable() -> Iterator[None]:
    """OpenCV without its threads until the block ends: a fork has none of them, and would wait for them for ever."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def free_cores() -> int:
    """Cores that this process may use and that nothing else keeps busy at the moment; at least 1."""
    return max(1, min(allowed_cores(), (os.cpu_count() or 1) - _busy_neighbours()))


def allowed_cores() -> int:
    """Cores that affinity and the container's quota grant, a part of a core counted as one."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text(encoding="ascii").split()
        return affinity if quota == "max" else min(affinity, -(-int(quota) // int(period)))
    except (OSError, ValueError):
        return affinity


def free_memory() -> int:
    """Bytes that programs can still take without swapping; very many where the system does not say."""
    try:
        lines = MEMORY.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return sys.maxsize


def _busy_neighbours() -> int:
    """Threads of other programs that are running or ready to run; 0 where the system does not say."""
    try:
        running = LOAD.read_text(encoding="ascii").split()[3].partition("/")[0]
        return max(0, int(running) - 1)
    except (OSError, ValueError, IndexError):
        return 0


def quiet_allocator() -> bool:
    """Keep freed memory instead of giving it back: page faults cost up to half of inference on a CPU.

    All threads share one arena: with one each, every visitor's thread keeps the memory of a whole run for itself.

    Call once at program start, before torch allocates. Returns whether the allocator took the settings (glibc only).
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    settings = ((_M_ARENA_MAX, 1), (_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _KEEP_ALL), (_M_TOP_PAD, _GROW_BY))
    accepted = [libc.mallopt(parameter, value) == 1 for parameter, value in settings]
    return all(accepted)


def pick_device(name: str = "auto") -> "torch.device":
    """The device called "auto" (a CUDA GPU if there is one), "cpu", "cuda" or "cuda:N".

    Raises:
        DeviceError: no such device.
    """
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if gpus else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(f'There is no device "{name}": use auto, cpu, cuda or cuda:N.') from error
    if device.type not in ("cpu", "cuda"):
        raise DeviceError(f'The device "{name}" is not supported: use auto, cpu, cuda or cuda:N.')
    if device.type == "cuda" and (device.index or 0) >= gpus:
        raise DeviceError(f'The device "{name}" is not there ({gpus} CUDA devices seen): use auto or cpu.')
    return device


def computes_bfloat16(device: "torch.device") -> bool:
    """Whether `device` has instructions for bfloat16; without them it takes ten times as long as float32."""
    import torch

    if device.type != "cpu":
        return True
    able = torch.cpu.get_capabilities()
    return bool(able.get("amx_bf16") or able.get("avx512_bf16") or able.get("bf16"))


def is_device_fault(error: BaseException | None) -> bool:
    """Whether `error` is the device's: its memory is full, or it answers nothing more in this process."""
    import torch

    kinds = (torch.OutOfMemoryError, getattr(torch, "AcceleratorError", torch.OutOfMemoryError))  # the latter since 2.8
    return isinstance(error, kinds) or (isinstance(error, RuntimeError) and str(error).startswith(DEVICE_FAULTS))


def library_versions() -> dict[str, str]:
    """Versions of Python and the libraries that shape a result; read from metadata, nothing is imported."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
