"""A server for tests that look from outside: its own directory, database, topics and port; gone afterwards."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

STARTS_WITHIN_S = 60
COMES_TRUE_WITHIN_S = 60
OPS_DEV = Path(__file__).resolve().parent.parent / "ops" / "dev"


class RunningServer:
    """Use as a context. `binary` is the trunkline to run; the database is made in TRUNKLINE_TEST_POSTGRES, and where a
    broker is named the journal is in topics there."""

    def __init__(self, binary: str, kafka: str | None = None):
        self.binary, self.kafka = binary, kafka
        self.topics = f"outside{os.getpid()}"
        self.folder = Path(tempfile.mkdtemp(prefix="trunkline-test-"))
        self.config = self.folder / "trunkline.toml"
        self.admin_key_file = self.folder / "admin.key"
        self.database = f"trunkline_outside_{os.getpid()}"
        self.administration = os.environ["TRUNKLINE_TEST_POSTGRES"]
        self.process = None
        self.url = ""

    def __enter__(self):
        try:
            self.psql(f"CREATE DATABASE {self.database}")
            self.configure()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        if self.kafka is not None:
            subprocess.run([OPS_DEV, "kafka", "tool", "org.apache.kafka.tools.TopicCommand", "--bootstrap-server",
                            self.kafka, "--delete", "--topic", self.topics + r"\..*"], stdout=subprocess.DEVNULL)
        self.psql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, sql: str):
        subprocess.run(["psql", "-X", "-q", self.administration, "-c", sql], check=True)

    def configure(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        postgres = f"{self.administration} dbname={self.database}"
        self.config.write_text(f'data_dir = "{self.folder}/data"\nport = {port}\npostgres = "{postgres}"\n')
        (self.folder / "data").mkdir(mode=0o700)
        if self.kafka is not None:
            self.move_to_kafka(self.kafka)
            self.trunkline("topics", "create")
        self.admin_key_file.write_text(self.add_key("_platform"))

    def move_to_kafka(self, broker: str):
        """From here its configuration names topics of its own there."""
        self.kafka = broker
        with open(self.config, "a") as config:
            config.write(f'kafka_servers = "{broker}"\nkafka_topic = "{self.topics}.journal"\n')

    def trunkline(self, *arguments: str) -> str:
        command = [self.binary, "--config", str(self.config), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def add_key(self, tenant: str) -> str:
        return self.trunkline("keys", "add", "--tenant", tenant, "--scopes", "ingest,read,command,admin").strip()

    def start(self):
        log = open(self.folder / "log", "w")
        self.process = subprocess.Popen([self.binary, "--config", str(self.config), "serve"], stderr=log, stdout=log)
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5)
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError("the server did not come up:\n" + (self.folder / "log").read_text()[-4000:])

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.process = None

    def request(self, path: str, body: str | None = None, kind: str = "application/json"):
        """The answer's document, as an operator asks."""
        headers = {"Authorization": f"Bearer {self.admin_key_file.read_text()}", "Content-Type": kind}
        request = urllib.request.Request(self.url + path, None if body is None else body.encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def produce(self, family: str, events: list):
        """With a foreign client, onto the inbound topic of the family."""
        subprocess.run(["kcat", "-q", "-P", "-b", self.kafka, "-t", f"{self.topics}.in.{family}"],
                       input="".join(json.dumps(event) + "\n" for event in events), text=True, check=True)

    def value(self, sql: str) -> str:
        address = f"{self.administration} dbname={self.database}"
        asked = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, address], check=True,
                               stdout=subprocess.PIPE, text=True)
        return asked.stdout.strip()

    def environment(self) -> dict[str, str]:
        """What `ops/dev env` would print for it."""
        return {
            "TRUNKLINE_URL": self.url,
            "TRUNKLINE_ADMIN_KEY_FILE": str(self.admin_key_file),
            "TRUNKLINE_BINARY": self.binary,
            "TRUNKLINE_CONFIG": str(self.config),
        }


def skip_without_postgres():
    """Ends the test, saying so, where there is no Postgres to run it on."""
    if not os.environ.get("TRUNKLINE_TEST_POSTGRES"):
        print("[skipped] TRUNKLINE_TEST_POSTGRES is not set")
        sys.exit(0)


def comes_true(condition) -> bool:
    deadline = time.monotonic() + COMES_TRUE_WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Checks:
    """What was looked at; the totals are the last line that a test prints."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def that(self, condition, what: str, said: str = ""):
        self.passed += bool(condition)
        self.failed += not condition
        if not condition:
            print(f"not so: {what}\n{said}", flush=True)

    def exit_code(self) -> int:
        print(f"[checks] {self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
