"""A server for tests that look from outside: its own directory, database and port; gone afterwards."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

STARTS_WITHIN_S = 60


class RunningServer:
    """Use as a context. `binary` is the trunkline to run; the database is made in TRUNKLINE_TEST_POSTGRES."""

    def __init__(self, binary: str):
        self.binary = binary
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
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
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
        self.admin_key_file.write_text(self.add_key("_platform"))

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

    def environment(self) -> dict[str, str]:
        """What `ops/dev env` would print for it."""
        return {
            "TRUNKLINE_URL": self.url,
            "TRUNKLINE_ADMIN_KEY_FILE": str(self.admin_key_file),
            "TRUNKLINE_BINARY": self.binary,
            "TRUNKLINE_CONFIG": str(self.config),
        }


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
