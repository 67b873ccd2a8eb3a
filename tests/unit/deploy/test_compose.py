"""docker-compose.yml and the Dockerfile name only what exists in the program."""

import importlib
import importlib.util
import json
import pkgutil
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import typer.main
import yaml

import emotionstream.schemas.settings
from emotionstream.cli.main import app_for
from emotionstream.schemas.settings.base import Settings

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
OURS = ("topics", "migrate", "worker", "worker-gpu", "state", "recorder")
PASSWORD = "correct4horse"  # a stand-in for what .env would hold
REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:[?-])?(?P<rest>[^}]*)\}")


def compose() -> dict[str, Any]:
    """The file as a reader sees it, merge keys resolved."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def service(name: str) -> dict[str, Any]:
    """One service."""
    found: dict[str, Any] = compose()["services"][name]
    return found


def interpolate(value: str, environ: dict[str, str]) -> str:
    """``value`` with the variables that Compose fills in; one that is required and missing is an error."""

    def fill(match: re.Match[str]) -> str:
        name, rule, rest = match["name"], match["rule"], match["rest"]
        if environ.get(name):
            return environ[name]
        if rule == ":-":
            return rest
        raise KeyError(name)

    return REFERENCE.sub(fill, value)


def environment(name: str) -> dict[str, str]:
    """What a service's process would find in its environment, with a password given."""
    return {
        key: interpolate(value, {"POSTGRES_PASSWORD": PASSWORD}) for key, value in service(name)["environment"].items()
    }


def parts() -> list[type[Settings]]:
    """Every settings class of the program."""
    package = emotionstream.schemas.settings
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    classes = [value for module in modules for value in vars(module).values()]
    return [
        value for value in classes if isinstance(value, type) and issubclass(value, Settings) and value is not Settings
    ]


def test_it_fits_the_compose_schema() -> None:
    """The file is valid by the Compose specification's own JSON Schema."""
    package = importlib.util.find_spec("check_jsonschema")
    assert package is not None and package.origin is not None, "check-jsonschema brings the Compose schema: make setup"
    file = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(compose())


def test_every_part_is_a_service() -> None:
    """The services are the parts, what prepares them, and the two stores."""
    assert set(compose()["services"]) == {"kafka", "postgres", *OURS}


@pytest.mark.parametrize("name", OURS)
def test_each_command_exists(name: str) -> None:
    """The words after the program's name are a command of the program, down to its sub-command."""
    words = service(name)["command"]
    command: Any = typer.main.get_command(app_for(words))
    for word in words:
        assert word in getattr(command, "commands", {}), f"{words}: {word}"
        command = command.commands[word]
    assert not hasattr(command, "commands"), f"{words} is a group: it needs a sub-command"


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_setting_and_its_value_is_possible(name: str) -> None:
    """Every variable of our services belongs to a settings class, which takes its value."""
    environ = environment(name)
    known = {variable for part in parts() for variable in part.variables()}
    assert set(environ) <= known
    for part in parts():
        part.load(environ)


@pytest.mark.parametrize("name", [name for name in OURS if name not in {"topics", "migrate"}])
def test_the_health_check_asks_where_the_part_answers(name: str) -> None:
    """The check's port is the health server's, its path is one that the server has, and it needs only the image."""
    test = service(name)["healthcheck"]["test"]
    assert test[:2] == ["CMD", "python"]
    address = re.search(r"http://[^']+", test[-1])
    assert address is not None
    url = urlsplit(address[0])
    assert str(url.port) == environment(name)["EMOTIONSTREAM_HEALTH_PORT"]
    assert f'"{url.path}"' in (ROOT / "cli" / "health.py").read_text(encoding="utf-8")
    assert f"EXPOSE {url.port}" in DOCKERFILE


@pytest.mark.parametrize("name", OURS)
def test_the_parts_reach_the_stores_by_their_names_and_ports(name: str) -> None:
    """The broker's and the database's addresses are those that the two services listen on."""
    kafka = service("kafka")["environment"]
    assert environment(name)["KAFKA_BOOTSTRAP_SERVERS"] in kafka["KAFKA_ADVERTISED_LISTENERS"]
    url = urlsplit(environment(name)["DATABASE_URL"])
    postgres = environment("postgres")
    assert (url.hostname, url.port) == ("postgres", 5432)
    assert (url.username, url.password) == (postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"])
    assert url.path == f"/{postgres['POSTGRES_DB']}"


def test_every_listener_of_the_broker_is_advertised_and_published_on_this_machine_only() -> None:
    """The outside port is the same inside, advertised and published, and bound to 127.0.0.1."""
    kafka = service("kafka")
    listeners = dict(re.findall(r"(\w+)://:(\d+)", kafka["environment"]["KAFKA_LISTENERS"]))
    advertised = dict(re.findall(r"(\w+)://[\w.]+:(\d+)", kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"]))
    assert {name: listeners[name] for name in advertised} == advertised
    assert kafka["ports"] == [f"127.0.0.1:{listeners['OUTSIDE']}:{listeners['OUTSIDE']}"]
    assert [port for name in OURS for port in service(name).get("ports", [])] == []


def test_the_broker_is_the_embedded_one_s_version() -> None:
    """What runs in a container is what the tests run against."""
    lock = (ROOT / "cli" / "embedded" / "kafka.lock").read_text(encoding="utf-8")
    version = re.search(r"^org\.apache\.kafka:kafka_[\d.]+:(\S+)", lock, re.MULTILINE)
    assert version is not None
    assert service("kafka")["image"] == f"apache/kafka:{version[1]}"


def test_no_secret_stands_in_the_file() -> None:
    """Every password comes from a variable that Compose insists on, and the example leaves it empty."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert all("${POSTGRES_PASSWORD:?" in line for line in text.splitlines() if "PASSWORD" in line.upper())
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        interpolate(service("worker")["environment"]["DATABASE_URL"], {})
    assert "\nPOSTGRES_PASSWORD=\n" in (ROOT / ".env.example").read_text(encoding="utf-8")
    assert "/.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_example_names_every_variable_that_compose_reads() -> None:
    """A person who copies .env.example sees all that can be set, and nothing that is not read."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    offered = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert {match["name"] for match in REFERENCE.finditer(text)} == offered


def test_what_a_service_waits_for_exists_and_can_become_so() -> None:
    """One waits for health only of a service that has a check, and for success only of one that ends."""
    services = compose()["services"]
    for each in services.values():
        for other, rule in each.get("depends_on", {}).items():
            check = services[other].get("healthcheck", {})
            healthy = bool(check) and not check.get("disable")
            ends = services[other].get("restart") == "no"
            assert rule["condition"] == ("service_completed_successfully" if ends else "service_healthy")
            assert ends or healthy


def test_volumes_that_are_used_are_declared() -> None:
    """Named volumes keep the data of both stores, and no other."""
    used = [volume.partition(":")[0] for each in compose()["services"].values() for volume in each.get("volumes", [])]
    assert sorted(used) == sorted(compose()["volumes"]) == ["kafka-data", "postgres-data"]


def test_the_gpu_worker_is_asked_for_by_profile_and_reserves_a_device() -> None:
    """Without the profile no GPU is needed; with it, the worker gets one and the image with torch."""
    gpu = service("worker-gpu")
    assert gpu["profiles"] == ["gpu"]
    (device,) = gpu["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    assert gpu["command"] == service("worker")["command"]
    assert gpu["build"]["target"] == "gpu"
    assert all("profiles" not in service(name) for name in OURS if name != "worker-gpu")


@pytest.mark.parametrize("name", OURS)
def test_each_image_is_a_target_of_the_dockerfile(name: str) -> None:
    """The target is a stage, whose entry point is the program."""
    build = service(name)["build"]
    assert (ROOT / build["dockerfile"]).is_file()
    assert f" AS {build['target']}\n" in DOCKERFILE
    assert service(name)["image"] == f"emotionstream:{build['target']}"
    stage = DOCKERFILE.split(f" AS {build['target']}\n")[1].split("\nFROM ")[0]
    assert 'ENTRYPOINT ["emotionstream"]' in stage
    assert "USER emotionstream" in stage


def test_the_dockerfile_copies_what_exists_and_installs_extras_that_exist() -> None:
    """Every folder of the distribution is in the image, and every extra is one of pyproject's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = set(project["tool"]["setuptools"]["package-dir"].values())
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    assert folders | {"models"} <= names
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{name}" for name in names} <= set(ignored)
    assert all((ROOT / name).exists() for name in names)
    extras = {extra for group in re.findall(r"'\.\[([\w,]+)\]'", DOCKERFILE) for extra in group.split(",")}
    assert extras
    assert extras <= set(project["project"]["optional-dependencies"])
