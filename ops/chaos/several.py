"""ops/dev chaos --kafka: several processes on one Kafka journal, with faults; afterwards nothing may be missing or doubled.

One process takes events and answers (ingest, commands, query); three fold (projections), one of them over a way to
Postgres that is cut between a COMMIT and its answer. Clients send over HTTP, and others produce onto the inbound topics
with kcat. Each cycle injects one fault while they do. Then the rows must equal the model's, with nothing parked, and
`trunkline verify` says "complete".
"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from cutter import Cutter
from model import Model, sql
from server import Broken, Server, ops_dev, psql, rows
from story import Story

TENANTS = ["acme", "birch", "cedar", "dahlia"]
CONTACTS = 40
PARTITIONS = 6
PROJECTORS = 3
PAUSE_SECONDS_MAX = 0.2  # between a client's batches: the faults are to be many, not the events
EQUAL_SECONDS_MAX = 120
TAKEOVER_SECONDS_MAX = 12.0  # longer than a lease; one that owns nothing is not taken over
PAST_THE_LEASE_SECONDS = 7.5  # the server's leases last six


def broker(command):
    return ops_dev("kafka", command, "chaos").get("TRUNKLINE_KAFKA")


class Sender(threading.Thread):
    """Sends batch after batch, each again until it is acknowledged."""

    def __init__(self, send, story, enough, model, lock):
        super().__init__(daemon=True)
        self.send, self.story, self.enough, self.model, self.lock = send, story, enough, model, lock
        self.failure, self.acknowledged, self.longest = None, 0, 0.0

    def run(self):
        try:
            while not self.enough.is_set():
                batch = self.story.batch(self.story.random.choice([1, 5, 20, 60]))
                started = time.monotonic()
                while not self.send(self.story.tenant, batch):
                    time.sleep(0.05)  # the other side is away; nothing tells when it is back
                self.longest = max(self.longest, time.monotonic() - started)
                with self.lock:
                    for event in batch:
                        self.model.add(event)
                self.acknowledged += len(batch)
                self.enough.wait(self.story.random.random() * PAUSE_SECONDS_MAX)
        except Broken as broken:
            self.failure = broken


class Several:
    def __init__(self, options, directory, address, servers, cluster):
        self.cluster = cluster
        self.random = random.Random(f"{options.seed}/several")
        self.options, self.address, self.servers = options, address, servers
        self.topic = f"chaos{os.getpid()}.journal"
        way = os.path.join(directory, "way")
        os.mkdir(way)
        self.cutter = Cutter(address, way)
        self.front = self.server("front", directory, address, "ingest,commands,query")
        self.projectors = [
            self.server(f"projector-{i}", directory, self.cutter.address if i == 0 else address, "projections")
            for i in range(PROJECTORS)
        ]
        made = self.front.run("topics", "create")
        if made.returncode != 0:
            raise Broken(f"topics create: {made.stdout}{made.stderr}")
        self.keys = {tenant: self.front.add_key(tenant) for tenant in TENANTS}
        self.operator = self.front.add_key("_platform")
        self.stories = [Story(options.seed, tenant, i, 2, CONTACTS) for tenant in TENANTS for i in range(2)]
        self.model, self.lock = Model(), threading.Lock()
        self.acknowledged, self.longest, self.faults, self.takeovers = 0, 0.0, {}, []

    def server(self, name, directory, address, roles):
        return Server(self.options.binary, directory, address, PARTITIONS, name,
                      {"TRUNKLINE_KAFKA_SERVERS": self.servers, "TRUNKLINE_KAFKA_TOPIC": self.topic,
                       "TRUNKLINE_ROLES": roles})

    def over_http(self, tenant, batch):
        body = "\n".join(json.dumps(event) for event in batch)
        try:
            code, answer = self.front.request("POST", "/v1/events", self.keys[tenant], body, "application/x-ndjson")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return False
        if code >= 500:
            return False
        if code != 200 or answer["accepted"] != len(batch):
            raise Broken(f"a good batch is refused with {code}: {json.dumps(answer)[:600]}")
        return True

    def onto_topics(self, tenant, batch):
        """Any partitioner: kcat's own, without a key. A batch that fails is produced again as a whole."""
        family = self.random.choice(["calls", "messages", "leads"])
        lines = "".join(json.dumps(event) + "\n" for event in batch)
        produced = subprocess.run(
            ["kcat", "-q", "-P", "-b", self.servers, "-t", self.topic.replace("journal", f"in.{family}"),
             "-X", "message.timeout.ms=5000", "-X", "acks=all"], input=lines, capture_output=True, text=True)
        return produced.returncode == 0

    def all_servers(self):
        return [self.front, *self.projectors]

    def start(self):
        for server in self.all_servers():
            if server.process is not None and (server.process.poll() or 0) > 0:
                raise Broken(f"{server.log}: this process has ended by itself")
            if server.process is None or not server.alive():
                server.start()

    def owners(self):
        """The processes that own partitions; None among them where a partition is free."""
        return {owner for (owner,) in rows(
            self.address, "SELECT DISTINCT split_part(owner, '-', 2) || ' ' FROM projections.leases")}

    # The faults. Each returns when what it broke is whole again; the processes that it ended are started by start().

    def kill_a_projector(self):
        before, victim = self.owners(), self.random.choice(self.projectors)
        victim.kill()
        killed = time.monotonic()
        while time.monotonic() < killed + TAKEOVER_SECONDS_MAX:
            now = self.owners()
            if now < before and None not in now:
                self.takeovers.append(time.monotonic() - killed)
                return
            time.sleep(0.02)

    def kill_between_steps(self):
        victim = self.random.choice(self.projectors)
        victim.stop()
        victim.start(f"{self.random.choice(['folded', 'begun', 'fenced', 'rows_written', 'committed'])}:"
                     f"{self.random.randrange(1, 6)}")
        deadline = time.monotonic() + 8
        while victim.alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        victim.kill()

    def leave_in_good_order(self):
        self.random.choice(self.projectors).stop()

    def pause_past_the_lease(self):
        victim = self.random.choice(self.projectors)
        os.kill(victim.process.pid, signal.SIGSTOP)
        time.sleep(PAST_THE_LEASE_SECONDS)
        os.kill(victim.process.pid, signal.SIGCONT)

    def kill_the_front(self):
        self.front.kill()
        self.front.start()

    def kill_the_broker(self):
        broker("kill")
        broker("up")

    def restart_the_broker(self):
        broker("down")
        broker("up")

    def kill_postgres(self):
        """All its processes at once: what was committed without waiting for the disk may be gone, rows and positions."""
        self.cluster.kill()

    def end_postgres_sessions(self):
        psql(self.address, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                           " WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def cut_behind_commit(self):
        self.cutter.arm(self.random.randrange(1, 6))
        deadline = time.monotonic() + 10
        while self.cutter.armed and time.monotonic() < deadline:
            time.sleep(0.02)
        self.cutter.arm(0)

    FAULTS = [kill_a_projector, kill_between_steps, leave_in_good_order, pause_past_the_lease, kill_the_front,
              kill_the_broker, restart_the_broker, kill_postgres, end_postgres_sessions, cut_behind_commit]

    def cycle(self, fault):
        self.start()
        enough = threading.Event()
        senders = [Sender(self.over_http if story.client == 0 else self.onto_topics, story, enough, self.model, self.lock)
                   for story in self.stories]
        for sender in senders:
            sender.start()
        time.sleep(self.random.random())
        fault(self)
        time.sleep(self.random.random())
        enough.set()
        for sender in senders:
            sender.join()
            if sender.failure:
                raise sender.failure
            self.acknowledged += sender.acknowledged
            self.longest = max(self.longest, sender.longest)
        self.faults[fault.__name__] = self.faults.get(fault.__name__, 0) + 1
        self.until_equal()

    def until_equal(self):
        """The rows follow the journal, and the journal the inbound topics: they must come to equal the model's."""
        deadline = time.monotonic() + EQUAL_SECONDS_MAX
        expected = self.model.tables()
        while differing := self.differing(expected):
            if time.monotonic() > deadline:
                raise Broken(f"after {EQUAL_SECONDS_MAX} s the rows are not the model's: {differing}")
            time.sleep(0.3)
        if parked := int(psql(self.address, "SELECT count(*) FROM projections.parked")):
            raise Broken(f"{parked} events are parked")

    def differing(self, tables):
        for table, expected in tables.items():
            found = {}
            for row in rows(self.address, sql(table)):
                found[row] = found.get(row, 0) + 1
            if found != dict(expected):
                surplus = [row for row in found if found[row] != expected.get(row, 0)]
                missing = [row for row in expected if expected[row] != found.get(row, 0)]
                return f"{table}\n  found    {surplus[:3]}\n  expected {missing[:3]}"
        return None

    def verify(self):
        code, report = self.front.request("POST", "/v1/verify", self.operator)
        if code != 200 or not report["complete"]:
            raise Broken(f"verify answers {code}: {json.dumps(report)[:800]}")
        code, letters = self.front.request("GET", "/v1/deadletters", self.operator)
        if code != 200 or letters["deadletters"]:
            raise Broken(f"dead letters: {code} {json.dumps(letters)[:800]}")

    def end(self):
        for server in self.all_servers():
            if server.process:
                server.kill()


def run(options, cluster):
    directory = tempfile.mkdtemp(prefix="trunkline-chaos-")
    database = f"trunkline_chaos_{os.getpid()}"
    psql(cluster.address, f"CREATE DATABASE {database}")
    address = cluster.address_of(database)
    several = None
    print(f"a fresh journal, logs in {directory}, rows in database {database}", flush=True)
    try:
        several = Several(options, directory, address, broker("up"), cluster)
        faults = []
        for number in range(1, options.cycles + 1):
            if not faults:
                faults = list(Several.FAULTS)
                several.random.shuffle(faults)
            fault, started = faults.pop(), time.monotonic()
            several.cycle(fault)
            print(f"cycle {number:4d}/{options.cycles}  {fault.__name__:22} {several.acknowledged:7d} acknowledged, "
                  f"{time.monotonic() - started:5.1f} s", flush=True)
        several.start()
        several.verify()
    finally:
        if several:
            several.end()
        broker("delete")
    shutil.rmtree(directory)
    how = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(several.faults.items()))
    taken = ", ".join(f"{seconds:.2f}" for seconds in several.takeovers) or "none"
    return (f"nothing lost, nothing doubled: {several.acknowledged} acknowledged events through {options.cycles} faults"
            f" ({how}; {several.cutter.cuts} commits without an answer; longest wait for an acknowledgement"
            f" {several.longest:.1f} s; seconds until a killed projector's partitions were taken over: {taken})")
