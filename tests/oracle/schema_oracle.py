"""Examples and seeded mutations of them, judged by us and by Python's jsonschema: the verdicts must agree.

schema_oracle.py JUDGE SCHEMAS   TRUNKLINE_SEED picks the mutations; a failure prints it.
"""
import copy
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("[skipped] python3-jsonschema is not installed")
    sys.exit(0)

MUTATIONS_PER_EXAMPLE = 60
checker = jsonschema.FormatChecker(formats=())


def form(name):
    """Registers a format; what is not text has every format."""
    return lambda holds: checker.checks(name)(lambda v: not isinstance(v, str) or bool(holds(v)))


def holds_email(text):
    return re.search(r"[\w!#$%&'*+/=?^`{|}~.\-\u0080-\U0010ffff]@(?!-)[A-Za-z0-9-]+(\.(?!-)[A-Za-z0-9-]+)+", text)


def is_name(text):
    size = len(text.encode())
    control = any(ord(c) < 32 or ord(c) == 127 for c in text)
    return 0 < size <= 200 and not control and not re.match(r"\+[0-9]{7}", text) and not holds_email(text)


@form("date-time")
def _(text):
    match = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?"
                         r"([Zz]|[+-]([0-9]{2}):([0-9]{2}))", text)
    if not match:
        return False
    try:
        datetime.date.fromisoformat(match[1])
    except ValueError:
        return False
    return (int(match[2]) < 24 and int(match[3]) < 60 and int(match[4]) <= 60
            and int(match[7] or 0) < 24 and int(match[8] or 0) < 60)


@form("date")
def _(text):
    try:
        return re.fullmatch(r"[0-9-]{10}", text) and datetime.date.fromisoformat(text)
    except ValueError:
        return False


form("day-time")(lambda text: re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text))
form("email")(lambda text: re.fullmatch(r"[^@\s\"(),:;<>\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text))
form("id")(lambda text: is_name(text) and " " not in text)
form("label")(is_name)
form("code")(lambda text: re.fullmatch(r"[A-Za-z0-9_.:/-]{1,64}", text) and re.search("[A-Za-z]", text))
form("decimal")(lambda text: re.fullmatch(r"-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,4})?", text))
form("currency")(lambda text: re.fullmatch(r"[A-Z]{3}", text))
form("time-zone")(lambda text: re.fullmatch(r"[A-Za-z]([A-Za-z0-9_+/-]{0,62}[A-Za-z0-9])?", text) and "//" not in text)
form("language")(lambda text: re.fullmatch(r"[A-Za-z]{2}[A-Za-z0-9]{0,6}(-[A-Za-z0-9]{1,8})*", text))


class Oracle:
    def __init__(self, folder):
        files = [p for p in folder.rglob("*.json") if "examples" not in p.parts]
        self.store = {schema["$id"]: schema for schema in (json.loads(p.read_text()) for p in files)}
        self.validators = {}

    def holds(self, urn, value):
        if urn not in self.validators:
            schema = self.store[urn]
            jsonschema.Draft202012Validator.check_schema(schema)
            resolver = jsonschema.RefResolver(urn, schema, store=self.store)
            self.validators[urn] = jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=checker)
        return self.validators[urn].is_valid(value)

    def accepts(self, event):
        if not isinstance(event, dict) or not self.holds("urn:trunkline:envelope:1", event):
            return False
        urn = f"urn:trunkline:{event['type']}:1"
        if urn not in self.store or event.get("dataschema", urn) != urn:
            return False
        return self.holds(urn, event["data"])


def places(value, path=()):
    yield path
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(below, path + (key,))


WRONG = [None, True, False, 0, -1, 1, 2.5, 3.0, 1e300, 17, "", " ", "x", "voice", "phone", "inbound", "ä" * 40,
         "a" * 201, "a" * 30000, "ann@example.com", "+442079460123", "2026-11-21", "2026-11-21T25:00:00Z",
         "2026-11-21T10:00:00+01:00", "2026-02-30T10:00:00Z", "120.00", "1.23456", "usd", "USD", [], {}, [1], ["x"],
         {"x": 1}, {"phone": "+442079460123"}, "high", "medium", "a b", "a/b.c", "\u007f", "p_" + "A" * 22]


def mutated(event, rng):
    """One small change somewhere, as a broken integration would make it."""
    event = copy.deepcopy(event)
    path = rng.choice([p for p in places(event) if p])
    parent = event
    for key in path[:-1]:
        parent = parent[key]
    kind = rng.randrange(4)
    if kind == 0:
        del parent[path[-1]]
    elif kind == 1 and isinstance(parent, dict):
        parent[rng.choice(["unknown", "Phone", "duration", "a/b", "~"])] = rng.choice(WRONG)
    else:
        parent[path[-1]] = rng.choice(WRONG)
    return event


def resolves(event, pointer):
    """The pointer names a value of the event, or a member that its parent could have."""
    at = event
    steps = [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:]]
    for i, step in enumerate(steps):
        try:
            at = at[int(step)] if isinstance(at, list) else at[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return i == len(steps) - 1
    return True


def main(judge, folder):
    seed = int(os.environ.get("TRUNKLINE_SEED", "20261121"))
    rng = random.Random(seed)
    examples = [json.loads(p.read_text()) for p in sorted((folder / "examples").glob("*.json"))]
    events = examples + [mutated(e, rng) for e in examples for _ in range(MUTATIONS_PER_EXAMPLE)]
    lines = "".join(json.dumps(e) + "\n" for e in events)
    answer = subprocess.run([judge], input=lines, capture_output=True, text=True, check=True)
    verdicts = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(verdicts) == len(events), f"{len(verdicts)} verdicts for {len(events)} events"
    oracle = Oracle(folder)
    faults, refused = [], 0
    for event, verdict in zip(events, verdicts):
        refused += not verdict["accepted"]
        if verdict["accepted"] != oracle.accepts(event):
            faults.append(("the oracle says otherwise", verdict, event))
        if verdict["accepted"] == bool(verdict["issues"]):
            faults.append(("the verdict does not fit its issues", verdict, event))
        if not all(resolves(event, issue["pointer"]) for issue in verdict["issues"]):
            faults.append(("a pointer names nothing", verdict, event))
    for fault in faults[:5]:
        print(*fault, sep="\n  ")
    print(f"{len(events)} events, {refused} refused, {len(faults)} faults; TRUNKLINE_SEED={seed}")
    return 1 if faults or not 0 < refused < len(events) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
