"""The processor's part of the fingerprint."""

from emotionstream.inference.hardware import describe, processor

INTEL = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 167
flags\t\t: fpu sse2 avx2 avx512f avx512_vnni amx_int8

processor\t: 1
vendor_id\t: Other
"""
ARM = """processor\t: 0
Features\t: fp asimd asimddp i8mm
CPU implementer\t: 0x41
CPU part\t: 0xd0c
"""


def test_an_x86_processor_is_told_by_vendor_model_and_kernel_features() -> None:
    """Only what matrix kernels choose by is named, of the first processor."""
    assert describe(INTEL) == "GenuineIntel-6-167-avx2+avx512f+avx512_vnni+amx_int8"


def test_an_arm_processor_is_told_by_its_features() -> None:
    """Arm's file has other names."""
    assert describe(ARM) == "0x41-0xd0c-asimd+asimddp+i8mm"


def test_an_unknown_file_is_no_error() -> None:
    """A fingerprint may be poor, but there is always one."""
    assert describe("") == ""
    assert processor()
