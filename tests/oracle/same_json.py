"""Stdin: a line per case, name, base64 of a JSON text, base64 of an opened event that carries it in data.metadata.value.
Prints each case whose value is not the same to Python, then how many were compared."""
import base64
import json
import sys

compared = 0
for line in sys.stdin:
    name, given, opened = line.split("\t")
    want = json.loads(base64.b64decode(given))
    have = json.loads(base64.b64decode(opened))["data"]["metadata"]["value"]
    compared += 1
    if want != have:
        print("differs:", name)
print("compared", compared)
