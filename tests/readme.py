#!/usr/bin/env python3
"""The README's example is run as it stands: readme.py BINARY.

Every ```sh block is a piece of one shell session against a server started for this; where a ```json block follows, the
piece must have printed JSON that contains it ("…" stands for any text). `eval "$(ops/dev env)"` is answered by the test.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from running_server import RunningServer, skip_without_postgres  # noqa: E402

README = Path(__file__).resolve().parent.parent / "README.md"
TENANTS = ["harbor-dental"]  # those that the example names
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def pieces() -> list[tuple[str, object]]:
    found = []
    for language, text in BLOCK.findall(README.read_text()):
        if language == "sh":
            found.append((text, None))
        elif language == "json":
            found[-1] = (found[-1][0], json.loads(text))
    return found


def contains(answer, expected) -> bool:
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(k in answer and contains(answer[k], v) for k, v in expected.items())
    return expected == "…" or answer == expected


def session(parts, folder: str) -> str:
    """One script for all pieces; what piece n prints goes to the file n."""
    script = ["set -euo pipefail", f"cd '{folder}'"]
    for number, (text, _) in enumerate(parts):
        lines = [line for line in text.splitlines() if line != 'eval "$(ops/dev env)"']
        script += [f"exec >'{folder}/{number}'", *lines]
    return "\n".join(script)


def main() -> int:
    skip_without_postgres()
    parts, wrong = pieces(), 0
    with RunningServer(sys.argv[1]) as server, tempfile.TemporaryDirectory() as folder:
        for tenant in TENANTS:
            server.add_key(tenant)
        environment = os.environ | server.environment()
        ran = subprocess.run(["bash", "-c", session(parts, folder)], env=environment).returncode
        for number, (text, expected) in enumerate(parts):
            printed = Path(folder, str(number))
            said = printed.read_text() if printed.exists() else "(not reached)"
            good = ran == 0 and (expected is None or contains(json.loads(said), expected))
            if not good:
                print(f"README.md: this piece answered\n{said}\ninstead of {json.dumps(expected)}:\n{text}")
            wrong += not good
    print(f"[checks] {len(parts) - wrong} passed, {wrong} failed")
    return 1 if wrong or not parts else 0


sys.exit(main())
