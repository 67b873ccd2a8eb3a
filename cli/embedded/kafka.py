"""A real Apache Kafka (KRaft, one node) as a child process: nothing but Python needs to be on the machine."""

import asyncio
import base64
import json
import shutil
import subprocess
import threading
import uuid
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import ClassVar, Final

from emotionstream.cli.embedded.diagnosis import PORT_TAKEN, explain
from emotionstream.cli.embedded.folder import require_version
from emotionstream.cli.embedded.jars import ensure_jars
from emotionstream.cli.embedded.java import find_java, java_environ
from emotionstream.cli.embedded.kafka_files import KafkaPorts, java_arguments, server_properties
from emotionstream.cli.embedded.lock import kafka_version
from emotionstream.cli.embedded.ports import LOCALHOST, free_ports, require_free
from emotionstream.cli.embedded.process import Command
from emotionstream.cli.embedded.service import EmbeddedService
from emotionstream.schemas.errors import EmbeddedServiceError

_PORT_TRIES: Final = 3


class EmbeddedKafka(EmbeddedService):
    """``async with EmbeddedKafka(settings) as kafka: kafka.bootstrap_servers``."""

    name: ClassVar[str] = "Kafka"

    _ports: KafkaPorts
    _jars: list[Path]
    _java: Path

    @property
    def version(self) -> str:
        """Apache Kafka's version."""
        return kafka_version()

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for clients. It stays the same over ``restart``."""
        return f"{LOCALHOST}:{self._ports.clients}"

    async def _prepare(self) -> None:
        self._java = find_java()
        self._jars = await self._fetch_jars()
        self._choose_ports()
        data = self.folder / "data"
        if data.exists():
            require_version(self.name, self.folder, self._written_by(), self.version)
        else:
            await asyncio.to_thread(self._format, data)

    async def _start(self) -> None:
        for left in reversed(range(_PORT_TRIES)):
            self._write_files(self.folder / "data")
            try:
                await super()._start()
            except EmbeddedServiceError as error:
                # Taken between the choice and the start.
                if PORT_TAKEN not in str(error) or self._settings.kafka_port or not left:
                    raise
                self._choose_ports()
            else:
                return

    def _command(self) -> Command:
        argv = [*self._java_command(), "kafka.Kafka", str(self._properties)]
        return Command(argv=argv, environ=java_environ(), log=self.log)

    async def _answers(self) -> bool:
        """It is there when the metadata lists a broker: listed is only one that the controller has let in."""
        from aiokafka.client import AIOKafkaClient
        from aiokafka.errors import KafkaError

        if not await _listens(self._ports.clients):
            return False
        client = AIOKafkaClient(bootstrap_servers=self.bootstrap_servers)
        try:
            await client.bootstrap()
            return len(client.cluster.brokers()) > 0
        except (KafkaError, OSError):
            return False
        finally:
            await client.close()

    async def _fetch_jars(self) -> list[Path]:
        cancelled = threading.Event()

        def fetched(done: int, of: int) -> None:
            if cancelled.is_set():
                raise EmbeddedServiceError("the download was stopped")
            if done == 0:
                self._say(f"fetching Apache Kafka {self.version} (45 MB, only this once)")
            if done == of or (done and done % 10 == 0):
                self._say(f"fetched {done} of {of} files of Apache Kafka")

        try:
            return await asyncio.to_thread(ensure_jars, self._settings, fetched)
        finally:
            cancelled.set()

    def _choose_ports(self) -> None:
        remembered = self._remembered_ports()
        if self._settings.kafka_port:
            require_free(self._settings.kafka_port, "EMOTIONSTREAM_EMBEDDED_KAFKA_PORT")
            remembered = [self._settings.kafka_port, *remembered[1:]]
        self._ports = KafkaPorts(*free_ports(2, remembered))
        text = json.dumps([self._ports.clients, self._ports.controller])
        (self.folder / "ports.json").write_text(text, encoding="ascii")

    def _remembered_ports(self) -> list[int]:
        with suppress(OSError, ValueError, TypeError):
            return [int(port) for port in json.loads((self.folder / "ports.json").read_text(encoding="ascii"))]
        return []

    def _format(self, data: Path) -> None:
        """Make an empty data folder: under another name first, so that a kill leaves no half-made one."""
        new = data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        self._write_files(new)
        tool = [*self._java_command(), "kafka.tools.StorageTool", "format"]
        argv = [*tool, "-t", self._cluster_id(), "-c", str(self._properties), *self._format_options()]
        done = subprocess.run(
            argv,
            env=java_environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
        )
        if done.returncode:
            said = done.stdout.decode(errors="replace")
            raise explain(self.name, self.folder, said, f"could not be set up (status {done.returncode})")
        (self.folder / "version").write_text(self.version, encoding="ascii")
        new.replace(data)

    def _cluster_id(self) -> str:
        """A new one: this node is a cluster of its own."""
        return new_cluster_id()

    def _format_options(self) -> list[str]:
        """More that the tool is told when it makes the data folder: nothing."""
        return []

    def _write_files(self, data: Path) -> None:
        self._properties.write_text(server_properties(data, self._ports, self._settings), encoding="utf-8")
        with as_file(files("emotionstream.cli.embedded") / "log4j2.properties") as source:
            shutil.copyfile(source, self._log_config)
        # Kafka unpacks libraries there, and leaves them when it is killed.
        if self._scratch.is_symlink() or self._scratch.is_file():
            self._scratch.unlink()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(exist_ok=True)
        arguments = java_arguments(self._jars, self._settings, self._log_config, self._scratch)
        self._java_arguments.write_text(arguments, encoding="utf-8")

    def _java_command(self) -> list[str]:
        return [str(self._java), f"@{self._java_arguments}"]

    def _written_by(self) -> str | None:
        with suppress(OSError):
            return (self.folder / "version").read_text(encoding="ascii").strip() or None
        return None

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _java_arguments(self) -> Path:
        return self.folder / "java.args"

    @property
    def _scratch(self) -> Path:
        return self.folder / "tmp"

    @property
    def _log_config(self) -> Path:
        return self.folder / "log4j2.properties"


def new_cluster_id() -> str:
    """A random UUID in Kafka's form; never with a dash in front, which its tools would take for an option."""
    while True:
        found = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not found.startswith("-"):
            return found


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOCALHOST, port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
