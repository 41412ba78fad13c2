#!/usr/bin/env python3
"""`trunkline journal copy` as an operator types it, on a real broker: journal_copy.py BINARY.

A server with a history on its embedded journal is stopped, the copy is killed on its way and begun again, and the same
server goes on from Kafka: same tokens, same rows, nothing folded twice.
"""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from running_server import Checks, RunningServer, comes_true, skip_without_postgres  # noqa: E402

EVENTS = 20_000
CALLERS = 400


def call(number: int):
    return {
        "specversion": "1.0", "id": f"call-{number}", "source": "/phone", "type": "call.ended", "subject": f"call-{number}",
        "time": "2026-03-02T10:15:00Z", "tenantid": "acme" if number % 3 else "birch",
        "data": {"contact": {"phone": f"+4420794{number % CALLERS:05d}"}, "direction": "inbound", "duration_ms": number,
                 "disposition": "reached", "summary": "Asked about Friday."},
    }


def send(server, numbers):
    """The position of the last tenant's: a position is of one."""
    calls = [call(number) for number in numbers]
    for tenant in sorted({each["tenantid"] for each in calls}):
        lines = "".join(json.dumps(each) + "\n" for each in calls if each["tenantid"] == tenant)
        answer = server.request("/v1/events", lines, "application/x-ndjson")
    return answer["position"]


def copy(server):
    return subprocess.Popen([server.binary, "--config", str(server.config), "journal", "copy"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def finished(process):
    out, said = process.communicate(timeout=300)
    return process.returncode, out + said


def journal_of(position: str) -> str:
    return position.split("-")[0]


def main() -> int:
    skip_without_postgres()
    checks = Checks()
    with RunningServer(sys.argv[1]) as server:
        for tenant in ("acme", "birch"):
            server.add_key(tenant)
        before = send(server, range(EVENTS))
        folded = "SELECT coalesce(sum(count), 0) FROM projections.checkpoints WHERE projection = 'lead_desk'"
        checks.that(comes_true(lambda: server.value(folded) == str(EVENTS)), "the history is folded")
        rows = "SELECT md5(string_agg(l::text, ' ' ORDER BY contact)) FROM lead_desk.leads l WHERE tenant = 'birch'"
        digest = server.value(rows)

        server.move_to_kafka(os.environ["TRUNKLINE_TEST_KAFKA"])
        code, said = finished(copy(server))
        checks.that(code == 1 and "another process has the journal" in said, "a journal that a server has open is not copied", said)
        server.stop()
        interrupted = copy(server)
        interrupted.stderr.readline()  # it has begun: the first line of its progress
        interrupted.kill()
        interrupted.communicate()
        code, said = finished(copy(server))
        checks.that(code == 0 and f"{EVENTS} records" in said, "a copy that was killed goes on and ends complete", said)
        checks.that((server.folder / "data" / "journal.moved").is_dir(), "the embedded journal is not found any more")
        code, said = finished(copy(server))
        checks.that(code == 1 and "no embedded journal" in said, "there is nothing left to copy", said)

        server.start()
        after = send(server, [EVENTS])
        checks.that(journal_of(before) == journal_of(after), "it is the same journal", f"{before} {after}")
        found = server.request(f"/v1/leads?tenant=birch&limit=1&min_position={before}&wait_ms=30000")
        checks.that("position" in found, "a token from before is still good", str(found))
        checks.that(comes_true(lambda: server.value(folded) == str(EVENTS + 1)), "only what is new is folded")
        send(server, range(EVENTS))
        checks.that(comes_true(lambda: server.value(folded) == str(2 * EVENTS + 1)), "a second delivery is folded")
        verified = server.request("/v1/verify", "")
        checks.that(verified["complete"], "verify says complete", json.dumps(verified)[:600])
        checks.that(server.value(rows) == digest, "and changes no row")
    return checks.exit_code()


sys.exit(main())
