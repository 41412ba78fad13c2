"""ops/dev chaos: the real server, killed while it works, again and again; afterwards nothing may be missing or doubled.

Each cycle starts the server, lets clients send seeded events, and kills it with SIGKILL: at a random moment, or between
two steps of a projection's commit (TRUNKLINE_CRASH_AT); in some, Postgres is killed under it before that. It starts again, and the clients send again whatever was not
acknowledged: it must land behind everything acknowledged before. The read models reach the journal's end, nothing is
parked, and the lead desk's rows must equal the model's. `trunkline verify` says "complete" every ten cycles and at the
end.

    python3 ops/chaos --cycles 200 --seed 7        TRUNKLINE_BINARY as in the tests; Postgres is one of its own
"""
import argparse
import http.client
import json
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time

import several
from cluster import Cluster
from model import Model, sql
from server import Broken, Server, psql, rows
from story import Story

TENANTS = ["acme", "birch", "cedar"]
CLIENTS_PER_TENANT = 2
CONTACTS = 40
PARTITIONS = 4
VERIFY_EVERY = 10
CYCLES_OF_A_LIFE = 20  # then a fresh directory and database
PAUSE_SECONDS_MAX = 0.03  # between a client's batches: the cycles are to be many, not long
POSTGRES_KILLS = 0.2  # of the cycles
CRASH_SECONDS_MAX = 3.0  # a step that is not reached so often by then is not waited for
STEPS = ["folded", "begun", "fenced", "rows_written", "committed"]


class Client(threading.Thread):
    """Sends batch after batch until the server is gone; keeps the one that was not acknowledged for the next life."""

    def __init__(self, chaos, tenant, story):
        super().__init__(daemon=True)
        self.chaos, self.tenant, self.story = chaos, tenant, story
        self.failure = None

    def run(self):
        try:
            while not self.chaos.enough.is_set():
                if not self.chaos.send(self.tenant, self.story):
                    return
                time.sleep(self.story.random.random() * PAUSE_SECONDS_MAX)
        except Broken as broken:
            self.failure = broken


class Chaos:
    """One journal and one database, from their making to their end, through many servers."""

    def __init__(self, options, seed, directory, cluster, database):
        self.options, self.cluster, self.address = options, cluster, cluster.address_of(database)
        self.random = random.Random(seed)
        self.server = Server(options.binary, directory, self.address, PARTITIONS)
        self.keys = {tenant: self.server.add_key(tenant) for tenant in TENANTS}
        clients = CLIENTS_PER_TENANT
        self.stories = [(tenant, Story(seed, tenant, i, clients, CONTACTS))
                        for tenant in TENANTS for i in range(clients)]
        self.pending = {}  # story -> the batch that was sent and not acknowledged
        self.lock = threading.Lock()
        self.enough = threading.Event()
        self.model = Model()
        self.ends = {}  # partition -> the end that an acknowledgement named
        self.acknowledged = 0
        self.alone = False
        self.kills = {"at a random moment": 0, "of Postgres": 0}

    def send(self, tenant, story):
        """One batch; False when the server is gone."""
        batch = self.pending.get(story) or story.batch(story.random.choice([1, 5, 20, 60]))
        self.pending[story] = batch
        body = "\n".join(json.dumps(event) for event in batch)
        try:
            code, answer = self.server.request("POST", "/v1/events", self.keys[tenant], body, "application/x-ndjson")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return False
        if code >= 500:
            return False  # it says itself that it could not; the batch comes again
        if code != 200 or answer["accepted"] != len(batch):
            raise Broken(f"a good batch is refused with {code}: {json.dumps(answer)[:600]}")
        with self.lock:
            for event in batch:
                self.model.add(event)
            self.acknowledged += len(batch)
            _, partition, end = answer["position"].split("-")
            partition, end, known = int(partition), int(end), self.ends.get(int(partition), 0)
            if self.alone and end < known + len(batch):
                raise Broken(f"acknowledged up to {partition}-{known}, and later {len(batch)} more up to {end}: lost")
            self.ends[partition] = max(known, end)
        self.pending[story] = None
        return True

    def life(self):
        """From start to SIGKILL, while the clients send."""
        crash_at = None
        if self.random.random() < 0.6:
            crash_at = f"{self.random.choice(STEPS)}:{self.random.randrange(1, 20)}"
        if not self.server.start(crash_at):
            self.count_kill(crash_at)
            return
        self.enough.clear()
        clients = [Client(self, tenant, story) for tenant, story in self.stories]
        for client in clients:
            client.start()
        if self.random.random() < POSTGRES_KILLS:
            self.cluster.kill()
            self.kills["of Postgres"] += 1
        seconds = CRASH_SECONDS_MAX if crash_at else self.random.choice([0.01, 0.3, 1.0]) * (1 + self.random.random())
        moment = time.monotonic() + seconds
        while time.monotonic() < moment and self.server.alive():
            time.sleep(0.005)
        self.count_kill(crash_at if not self.server.alive() else None)
        self.server.kill()
        self.enough.set()
        for client in clients:
            client.join()
            if client.failure:
                raise client.failure

    def count_kill(self, crash_at):
        how = "at " + crash_at.split(":")[0] if crash_at else "at a random moment"
        self.kills[how] = self.kills.get(how, 0) + 1

    def afterwards(self):
        """The server once more, undisturbed: is everything there, once?"""
        self.server.start()
        self.alone = True  # batch after batch: each must lie behind all that was acknowledged before
        for tenant, story in self.stories:
            if not self.send(tenant, story):
                raise Broken("the server does not take what is sent after its restart")
        self.alone = False
        self.server.wait_folded(self.ends)
        self.compare()

    def compare(self):
        for table, expected in self.model.tables().items():
            found = rows(self.address, sql(table))
            surplus, missing = subtract(found, expected), subtract(expected.elements(), found)
            if surplus or missing:
                raise Broken(f"{table}: {len(surplus)} rows that should not be, {len(missing)} that are missing\n"
                             f"  found    {sorted(surplus, key=str)[:3]}\n  expected {sorted(missing, key=str)[:3]}")

    def verify(self):
        """Without a server: the command then looks at the journal itself."""
        said = self.server.run("verify", *(["--deep"] if self.options.deep else []))
        if said.returncode != 0 or not re.search(r"^complete\b", said.stdout, re.M):
            raise Broken(f"trunkline verify ends with {said.returncode}:\n{said.stdout}{said.stderr}")

    def cycle(self, verify):
        self.life()
        self.afterwards()
        if verify:
            self.server.stop()
            self.verify()
        else:
            self.server.kill()


def subtract(rows_here, rows_there):
    left = list(rows_here)
    counts = {}
    for row in rows_there.elements() if hasattr(rows_there, "elements") else rows_there:
        counts[row] = counts.get(row, 0) + 1
    surplus = []
    for row in left:
        if counts.get(row, 0) > 0:
            counts[row] -= 1
        else:
            surplus.append(row)
    return surplus


def options_from(arguments):
    parser = argparse.ArgumentParser(prog="ops/dev chaos", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--kafka", action="store_true", help="several processes on a broker of their own")
    parser.add_argument("--deep", action="store_true", help="verify --deep instead of the plain one")
    parser.add_argument("--binary", default=os.environ.get("TRUNKLINE_BINARY", "build/release/trunkline"))
    return parser.parse_args(arguments)


def run(options, cluster):
    """Every cycle; the acknowledged events and the kills by their kind."""
    acknowledged, kills = 0, {}
    for first in range(1, options.cycles + 1, CYCLES_OF_A_LIFE):
        last = min(first + CYCLES_OF_A_LIFE - 1, options.cycles)
        database = f"trunkline_chaos_{os.getpid()}_{first}"
        directory = tempfile.mkdtemp(prefix="trunkline-chaos-")
        psql(cluster.address, f"CREATE DATABASE {database}")
        print(f"a fresh journal in {directory}, rows in database {database}", flush=True)
        chaos = Chaos(options, f"{options.seed}/{first}", directory, cluster, database)
        try:
            for number in range(first, last + 1):
                started = time.monotonic()
                chaos.cycle(verify=number % VERIFY_EVERY == 0 or number == last)
                print(f"cycle {number:4d}/{options.cycles}  {chaos.acknowledged:7d} acknowledged, "
                      f"{time.monotonic() - started:5.1f} s", flush=True)
        finally:
            if chaos.server.process:
                chaos.server.kill()
        acknowledged += chaos.acknowledged
        for how, count in chaos.kills.items():
            kills[how] = kills.get(how, 0) + count
        psql(cluster.address, f"DROP DATABASE {database} WITH (FORCE)")
        shutil.rmtree(directory)
    return acknowledged, kills


def main(arguments):
    options = options_from(arguments)
    print(f"chaos: {options.cycles} cycles, --seed {options.seed}{' --kafka' if options.kafka else ''}", flush=True)
    try:
        with Cluster("chaos-kafka" if options.kafka else "chaos") as cluster:
            if options.kafka:
                print(several.run(options, cluster))
                return 0
            acknowledged, kills = run(options, cluster)
    except Broken as broken:
        print(f"BROKEN: {broken}\nagain: ops/dev chaos --cycles {options.cycles} --seed {options.seed}"
              f"{' --kafka' if options.kafka else ''}\n"
              "the last journal and database named above are kept")
        return 1
    how = ", ".join(f"{count} {how}" for how, count in sorted(kills.items()))
    print(f"nothing lost, nothing doubled: {acknowledged} acknowledged events through {sum(kills.values())} kills ({how})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
