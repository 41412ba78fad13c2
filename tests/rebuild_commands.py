#!/usr/bin/env python3
"""`trunkline rebuild` as an operator types it, with a server running and without one: rebuild_commands.py BINARY."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from running_server import Checks, RunningServer, comes_true, skip_without_postgres  # noqa: E402

EVENTS = 3_000
LIVE = "SELECT string_agg(projection || ' ' || version, ', ' ORDER BY projection) FROM projections.versions WHERE state = 'live'"


def call(number: int) -> dict:
    return {
        "specversion": "1.0", "id": f"call-{number}", "source": "/phone", "type": "call.ended", "subject": f"call-{number}",
        "time": f"2026-03-{1 + number % 28:02}T10:15:00Z", "tenantid": "acme",
        "data": {"contact": {"phone": f"+44207946{number % 50:04}"}, "direction": "inbound", "duration_ms": 1000 + number,
                 "disposition": "reached"},
    }


def rebuild(server, *arguments):
    """Exit code, what is answered, and what is said meanwhile."""
    ran = subprocess.run([server.binary, "--config", str(server.config), "rebuild", *arguments, "--key-file",
                          str(server.admin_key_file)], capture_output=True, text=True)
    return ran.returncode, ran.stdout, ran.stderr


def answers(stdout: str) -> list[str]:
    """Without versions and seconds: what each model's line says."""
    return sorted(f"{line.split()[0]} {line.split(': ')[1].split()[0]}{line[line.index(';'):]}" for line in stdout.splitlines())


def by_the_server(server, checks):
    server.request("/v1/events", "\n".join(json.dumps(call(n)) for n in range(EVENTS)), "application/x-ndjson")
    folded = f"SELECT count(*) FROM projections.checkpoints WHERE next_offset = {EVENTS}"
    checks.that(comes_true(lambda: server.value(folded) == "5"), "every read model has the events")
    before = server.value("SELECT md5(string_agg(l::text, '' ORDER BY l)) FROM leads.leads l")
    code, said, progress = rebuild(server, "leads", "analytics", "conversion", "--verify")
    checks.that(code == 0 and answers(said) == [f"{model} {EVENTS}; it is live" for model in ("analytics", "conversion", "leads")],
                "three models at once are built, compared and live", said + progress)
    checks.that("left" in progress and "leads: " in progress, "how far each is, is told meanwhile", progress)
    checks.that(server.value(LIVE) == "analytics 2, conversion 2, lead_desk 1, leads 2, workspace 1", "the views show them",
                server.value(LIVE))
    checks.that(server.value("SELECT md5(string_agg(l::text, '' ORDER BY l)) FROM leads.leads l") == before, "the same rows")
    code, said, _ = rebuild(server, "leads", "analytics", "--back")
    checks.that(code == 0 and '"live":1' in said, "and back, both", said)
    checks.that(server.value(LIVE) == "analytics 1, conversion 2, lead_desk 1, leads 1, workspace 1", "as it was",
                server.value(LIVE))
    code, said, why = rebuild(server, "leads", "leeds")
    checks.that(code == 1 and said == "" and "there are: " in why, "a model that there is not is told before any is begun", why)
    ran = subprocess.run([server.binary, "--config", str(server.config), "rebuild", "leads"], capture_output=True, text=True,
                         env={**os.environ, "TRUNKLINE_KEY": ""})
    checks.that(ran.returncode == 1 and "--key-file" in ran.stderr, "without a key it says what is missing", ran.stderr)


def alone(server, checks):
    server.stop()
    code, said, progress = rebuild(server, "leads", "analytics")
    checks.that(code == 0 and answers(said) == [f"{model} {EVENTS}; it is live" for model in ("analytics", "leads")],
                "without a server the command builds by itself", said + progress)
    checks.that(server.value(LIVE) == "analytics 3, conversion 2, lead_desk 1, leads 3, workspace 1", "and switches",
                server.value(LIVE))


def main() -> int:
    skip_without_postgres()
    checks = Checks()
    with RunningServer(sys.argv[1]) as server:
        server.add_key("acme")
        by_the_server(server, checks)
        alone(server, checks)
    return checks.exit_code()


sys.exit(main())
