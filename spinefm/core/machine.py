"""The machine that a run happens on: allocator, device, versions. Nothing here imports torch before it must."""

import ctypes
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
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


class DeviceError(ValueError):
    """The device that was asked for is not there."""


def quiet_allocator() -> bool:
    """Keep freed memory instead of giving it back: page faults cost up to half of inference on a CPU.

    All threads share one arena: with one each, every visitor's thread keeps the memory of a whole run for itself.

    Call once at program start, before torch allocates. Returns whether the allocator is one that listens (glibc).
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


def library_versions() -> dict[str, str]:
    """Versions of Python and the libraries that shape a result; read from metadata, nothing is imported."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
