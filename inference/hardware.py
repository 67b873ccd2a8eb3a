"""The processor, as far as it decides the last bits of a result."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emotionstream.schemas.settings.engine import DeviceName

# Instruction sets that matrix kernels choose by. x86 says `flags`, Arm says `Features`.
_KERNEL_FEATURES: Final = (
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512_vnni",
    "amx_int8",
    "asimd",
    "asimddp",
    "i8mm",
    "sve",
)
# oneDNN, inside OpenVINO and torch, uses no newer instructions than this variable says.
_FEATURE_LIMIT: Final = "ONEDNN_MAX_CPU_ISA"
_NVIDIA: Final = "/dev/nvidiactl"
_NVIDIA_IN_WSL: Final = "/dev/dxg"
_AMD: Final = "/dev/kfd"


def processor() -> str:
    """Architecture, model and kernel features of this machine's processor, in one short word."""
    try:
        told = describe(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    except OSError:  # not Linux
        told = platform.processor().replace(" ", "_")
    return "-".join(filter(None, (platform.machine(), told, os.environ.get(_FEATURE_LIMIT))))


def describe(cpuinfo: str) -> str:
    """Vendor, family, model and kernel features from the first processor of a Linux ``/proc/cpuinfo``."""
    fields = dict(_fields(cpuinfo))
    names = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU part")
    flags = fields.get("flags", fields.get("Features", "")).split()
    features = "+".join(name for name in _KERNEL_FEATURES if name in flags)
    return "-".join([*(fields[name] for name in names if name in fields), *filter(None, [features])])


def likely_gpu() -> DeviceName | None:
    """The kind of GPU that this machine seems to have, by what its system shows: torch is not imported for it."""
    if any(Path(file).exists() for file in (_NVIDIA, _NVIDIA_IN_WSL, _AMD)):
        return DeviceName.CUDA
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return DeviceName.MPS
    return None


def _fields(cpuinfo: str) -> Iterator[tuple[str, str]]:
    for line in cpuinfo.strip().splitlines():
        if not line.strip():
            return
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()
