"""The table of known exceptions: `rule path count # reason`. More than it allows is a finding, fewer too: lower it."""
from collections import Counter
from pathlib import Path

from .tree import Finding

TABLE = "ops/check.exceptions"


def allowances(root: Path, rule: str) -> dict[str, int]:
    table = {}
    path = root / TABLE
    for line in path.read_text().splitlines() if path.exists() else []:
        words = line.split("#")[0].split()
        if words and words[0] == rule:
            table[words[1]] = int(words[2])
    return table


def against_exceptions(root: Path, rule: str, findings: list[Finding]) -> list[Finding]:
    allowed = allowances(root, rule)
    counts = Counter(finding.path for finding in findings)
    kept = [finding for finding in findings if counts[finding.path] > allowed.get(finding.path, 0)]
    for path, count in allowed.items():
        if counts[path] < count:
            why = f"{path} has {counts[path]} of {rule}, the table still allows {count}: lower it"
            kept.append(Finding(TABLE, 0, why))
    return kept
