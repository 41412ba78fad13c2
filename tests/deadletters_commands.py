#!/usr/bin/env python3
"""`trunkline deadletters list|show|retry|drop` as an operator types them: deadletters_commands.py BINARY.

Parked events on the embedded journal; where TRUNKLINE_TEST_KAFKA names a broker, refused messages of the inbound topics
as well.
"""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from running_server import Checks, RunningServer, comes_true, skip_without_postgres  # noqa: E402

CALL = {
    "specversion": "1.0", "id": "call-1", "source": "/phone", "type": "call.ended", "subject": "call-1",
    "time": "2026-03-02T10:15:00Z", "tenantid": "acme",
    "data": {"contact": {"phone": "+442079460001"}, "direction": "inbound", "duration_ms": 1000, "disposition": "reached"},
}


def deadletters(server, *arguments):
    """Exit code and what is said."""
    ran = subprocess.run([server.binary, "--config", str(server.config), "deadletters", *arguments, "--key-file",
                          str(server.admin_key_file)], capture_output=True, text=True)
    return ran.returncode, ran.stdout + ran.stderr


def parked_events(server, checks):
    server.request("/v1/events", json.dumps(CALL), "application/cloudevents+json")
    comes_true(lambda: server.value("SELECT count(*) FROM projections.checkpoints WHERE next_offset = 1") == "5")
    server.value("INSERT INTO projections.parked (projection, version, partition, journal_offset, reason, at)"
                 " SELECT projection, version, partition, 0, 'data: a bug of the day', now() FROM projections.checkpoints"
                 " WHERE projection IN ('lead_desk', 'leads') AND next_offset = 1")
    code, said = deadletters(server, "list")
    names = [line.split()[0] for line in said.splitlines()]
    checks.that(code == 0 and len(names) == 2 and "data: a bug of the day" in said, "both parked events are listed", said)
    desk = next((name for name in names if "lead_desk" in name), "")
    leads = next((name for name in names if "-leads-" in name), "")
    code, said = deadletters(server, "list", "--reason", "schema")
    checks.that(code == 0 and said == "", "a filter leaves the others out", said)
    code, said = deadletters(server, "show", desk)
    checks.that(code == 0 and "+442079460001" in json.loads(said)["original"], "show tells the event, opened", said)
    code, said = deadletters(server, "retry", "--all", "--dry-run")
    checks.that(code == 0 and said.count("would be accepted") == 2, "a dry run says what would happen", said)
    checks.that(server.value("SELECT count(*) FROM projections.parked WHERE retry_requested") == "0", "and does nothing")
    code, said = deadletters(server, "retry", desk)
    checks.that(code == 0 and "requested" in said, "a retry is asked for", said)
    taken_up = "SELECT count(*) FROM projections.parked WHERE projection = 'lead_desk'"
    checks.that(comes_true(lambda: server.value(taken_up) == "0"), "the runner takes it up")
    code, said = deadletters(server, "drop", "--all")
    checks.that(code == 0 and leads in said and "dropped" in said, "drop gives up what is left", said)
    code, said = deadletters(server, "list")
    checks.that(code == 0 and said == "", "then nothing is listed", said)
    code, said = deadletters(server, "retry")
    checks.that(code == 1 and "which ones" in said, "a command that names nothing is refused", said)
    code, said = deadletters(server, "show", "parked-leads-0-999999")
    checks.that(code == 1 and "404" in said, "what is not there is told", said)


def refused_messages(server, checks):
    bad = json.loads(json.dumps(CALL))
    bad["data"]["duration_ms"] = "long"
    stranger = {**CALL, "id": "call-2", "tenantid": "birch"}
    server.produce("calls", [bad, stranger])
    checks.that(comes_true(lambda: deadletters(server, "list")[1].count("letter-") == 2), "both messages are refused",
                deadletters(server, "list")[1])
    code, said = deadletters(server, "list", "--reason", "unknown_tenant", "--type", "call.ended")
    checks.that(code == 0 and said.count("letter-") == 1, "the filter finds the stranger's", said)
    letter = said.split()[0]
    code, said = deadletters(server, "show", letter)
    checks.that(code == 0 and json.loads(json.loads(said)["original"])["tenantid"] == "birch", "as it was sent", said)
    code, said = deadletters(server, "retry", "--all", "--dry-run")
    checks.that(code == 2 and said.count("would be refused") == 2, "nothing would be taken yet", said)
    server.add_key("birch")
    checks.that(comes_true(lambda: "would be accepted" in deadletters(server, "retry", letter, "--dry-run")[1]),
                "when the tenant is known it would be")
    code, said = deadletters(server, "retry", letter)
    checks.that(code == 0 and "accepted" in said, "and is", said)
    birch = "SELECT count(*) FROM lead_desk.leads WHERE tenant = 'birch'"
    checks.that(comes_true(lambda: server.value(birch) == "1"), "it is in the rows")
    code, said = deadletters(server, "drop", "--all", "--reason", "schema")
    checks.that(code == 0 and "dropped" in said, "the other one is dropped", said)
    code, said = deadletters(server, "list")
    checks.that(code == 0 and said == "", "then nothing is listed", said)


def main() -> int:
    skip_without_postgres()
    checks, on_kafka = Checks(), os.environ.get("TRUNKLINE_TEST_LOG") == "kafka"
    with RunningServer(sys.argv[1], kafka=os.environ["TRUNKLINE_TEST_KAFKA"] if on_kafka else None) as server:
        server.add_key("acme")
        (refused_messages if on_kafka else parked_events)(server, checks)
    return checks.exit_code()


sys.exit(main())
