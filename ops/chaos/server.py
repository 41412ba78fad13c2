"""The real binary on a directory and a database of its own: started, killed, asked."""
import http.client
import json
import os
import re
import signal
import subprocess
import time

START_SECONDS_MAX = 120
FOLD_SECONDS_MAX = 180
COMMAND_SECONDS_MAX = 300


class Broken(Exception):
    """What this run was made to find."""


OPS_DEV = os.path.join(os.path.dirname(__file__), "..", "dev")


def ops_dev(service, command, name):
    """A private broker or cluster of this run: ops/dev kafka|postgres up|down|kill|delete NAME. What it says of itself."""
    said = subprocess.run([OPS_DEV, service, command, name], capture_output=True, text=True)
    if said.returncode != 0:
        raise Broken(f"ops/dev {service} {command} {name}: {said.stdout}{said.stderr}")
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", said.stdout, re.M))


class Server:
    def __init__(self, binary, directory, address, partitions, name="server", more=None):
        self.binary, self.directory, self.address = binary, directory, address
        self.process, self.port = None, None
        self.environment = {
            **os.environ,
            "TRUNKLINE_DATA_DIR": os.path.join(directory, "data"),
            "TRUNKLINE_POSTGRES": address,
            "TRUNKLINE_PORT": "0",
            "TRUNKLINE_PARTITIONS": str(partitions),
            **(more or {}),
        }
        self.environment.pop("TRUNKLINE_CRASH_AT", None)
        self.log = os.path.join(directory, name + ".log")

    def run(self, *arguments):
        try:
            return subprocess.run([self.binary, *arguments], env=self.environment, capture_output=True, text=True,
                                  timeout=COMMAND_SECONDS_MAX)
        except subprocess.TimeoutExpired as expired:
            raise Broken(f"trunkline {' '.join(arguments)} does not end") from expired

    def add_key(self, tenant):
        made = self.run("keys", "add", "--tenant", tenant, "--scopes", "ingest,read,admin")
        if made.returncode != 0:
            raise Broken(f"no key for {tenant}: {made.stderr}")
        return made.stdout.strip()

    def start(self, crash_at=None):
        """Returns when it answers; False when it died before (it may, with crash_at: it folds as it starts)."""
        environment = {**self.environment, **({"TRUNKLINE_CRASH_AT": crash_at} if crash_at else {})}
        offset = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            with open(self.log, "rb") as log:
                log.seek(offset)
                said = log.read().decode(errors="replace")
            if answers := re.search(r"answers at http://[^:]+:(\d+)", said):
                self.port = int(answers.group(1))
                return True
            if self.process.poll() is not None:
                if crash_at and self.process.returncode == -signal.SIGKILL:
                    return False
                raise Broken(f"the server does not start:\n{said}")
            time.sleep(0.01)
        raise Broken("the server does not answer")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self):
        """As an operator would; it must end by itself."""
        self.process.terminate()
        self.process.wait(timeout=60)
        if self.process.returncode != 0:
            raise Broken(f"the server ended with {self.process.returncode} on SIGTERM")

    def alive(self):
        return self.process.poll() is None

    def request(self, method, path, key, body=None, kind="application/json"):
        """Status and document. Raises OSError or HTTPException when the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def wait_folded(self, ends):
        """Until every read model's checkpoints have reached these ends, by partition."""
        deadline = time.monotonic() + FOLD_SECONDS_MAX
        while time.monotonic() < deadline:
            if not self.alive():
                raise Broken("the server ended by itself")
            if parked := int(psql(self.address, "SELECT count(*) FROM projections.parked")):
                raise Broken(f"{parked} events are parked")
            folded = rows(self.address, "SELECT partition, projection, next_offset FROM projections.checkpoints")
            models = {model for _, model, _ in folded}
            reached = {(partition, model) for partition, model, offset in folded if offset >= ends.get(partition, 0)}
            if models and all((partition, model) in reached for partition in ends for model in models):
                return
            time.sleep(0.05)
        raise Broken(f"the read models do not reach {ends}; their checkpoints: {folded}")


def psql(address, statement):
    ran = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, address],
        capture_output=True, text=True)
    if ran.returncode != 0:
        raise Broken(f"psql: {ran.stderr}")
    return ran.stdout


def rows(address, query):
    """Each row as a tuple of int, text or None."""
    text = psql(address, f"COPY ({query}) TO STDOUT")
    return [tuple(value_of(field) for field in line.split("\t")) for line in text.splitlines()]


def value_of(field):
    if field == "\\N":
        return None
    return int(field) if field.lstrip("-").isdigit() else field
