"""What must be named in two places: schemas and examples, read models and their list, tests and their program."""
import re

from .tree import Finding

SCHEMA = re.compile(r"schemas/(?!shared/)([a-z_]+)/([a-z_]+\.v\d+)\.json$")  # shared/: definitions, no events
EXAMPLE = re.compile(r"schemas/examples/([a-z_]+\.[a-z_]+\.v\d+)\.json$")
TESTED_FOLDERS = {"core", "schemas", "ingest", "commands", "projections", "ops"}


def examples(root, files):
    schemas, shown = {}, {}
    for file in files:
        if match := EXAMPLE.match(file.path):
            shown[match.group(1)] = file.path
        elif match := SCHEMA.match(file.path):
            schemas[f"{match.group(1)}.{match.group(2)}"] = file.path
    for name in sorted(schemas.keys() - shown.keys()):
        yield Finding(schemas[name], 0, f"has no example: schemas/examples/{name}.json")
    for name in sorted(shown.keys() - schemas.keys()):
        yield Finding(shown[name], 0, "is an example of no schema")


def read_models(root, files):
    listed = next((file.text for file in files if file.path == "projections/projections.cpp"), "")
    for file in files:
        match = re.match(r"projections/(\w+)/fold\.cpp$", file.path)
        if match and not re.search(rf"\b{match.group(1)}\b", listed):
            yield Finding(file.path, 0, f"'{match.group(1)}' is not in the list, projections/projections.cpp")


def tests(root, files):
    for file in files:
        if not file.path.endswith("_test.cpp"):
            continue
        if file.folder not in TESTED_FOLDERS and not re.match(r"tests/[^/]+$", file.path):
            yield Finding(file.path, 0, "belongs to no test program: tests lie beside their folder's code or in tests/")
        if not re.search(r"\b(?:TEST_CASE|TEST_CASE_TEMPLATE|TEST_CASE_FIXTURE|SCENARIO)\b", file.text):
            yield Finding(file.path, 0, "has no test case")
