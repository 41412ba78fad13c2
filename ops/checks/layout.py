"""Who may include whom, where a library may be named, and how things are not called."""
import re
from fnmatch import fnmatch

from .tree import Finding

MAY_INCLUDE = {
    "core": {"core"},
    "schemas": {"core", "schemas"},
    "ingest": {"core", "schemas", "ingest"},
    "commands": {"core", "commands"},
    "projections": {"core", "projections"},
}

# A third-party header, and the only files that may name it. Tests and benchmarks may name any.
LIBRARIES = [
    (r"simdjson", ["core/json.*"]),
    (r"rocksdb/", ["core/log/rocks*", "core/history/rocks*"]),
    (r"librdkafka/", ["core/log/kafka_*"]),
    (r"pqxx|libpq|pg_config", ["core/postgres*"]),
    (r"httplib", ["core/http*"]),
    (r"openssl/", ["core/crypto*"]),
    (r"toml\+\+|toml\.hpp", ["core/config*", "core/access*", "ingest/mapping*"]),
    (r"phonenumbers/", ["core/contact*"]),
    (r"csv\.h", ["ingest/csv*"]),
    (r"re2/", ["schemas/*"]),
    (r"spdlog/|fmt/", ["core/logs*"]),
    (r"CLI/", ["ops/*"]),
    (r"xxhash", ["core/digest*"]),
    (r"doctest/", ["tests/*"]),
]
EXEMPT = ["tests/*", "*_test.cpp", "ops/bench/*"]

EMPTY_WORDS = {"util", "utils", "utility", "utilities", "helper", "helpers", "manager", "common", "misc"}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
TYPE = re.compile(r"\b(?:class|struct|enum(?:\s+class)?|union|using|concept)\s+(?:\[\[\w+\]\]\s*)?(\w+)")


def includes(file):
    for number, line in enumerate(file.lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def arrows(root, files):
    for file in files:
        allowed = MAY_INCLUDE.get(file.folder)
        if not file.is_cpp or allowed is None:
            continue
        if file.is_test:
            allowed = allowed | {"tests"}
        for number, quote, header in includes(file):
            if quote == '"' and header.split("/")[0] not in allowed:
                may = ", ".join(sorted(allowed))
                why = f'includes "{header}", but {file.folder} may only include {may} (paths from the top)'
                yield Finding(file.path, number, why)


def libraries(root, files):
    for file in files:
        if not file.is_cpp or any(fnmatch(file.path, pattern) for pattern in EXEMPT):
            continue
        for number, _, header in includes(file):
            for library, places in LIBRARIES:
                if re.match(library, header) and not any(fnmatch(file.path, place) for place in places):
                    yield Finding(file.path, number, f"names <{header}>, which belongs behind {', '.join(places)}")


def camel_words(name):
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def names(root, files):
    for file in files:
        said = EMPTY_WORDS & set(re.split(r"[/_.\-]", file.path.lower()))
        if said:
            yield Finding(file.path, 0, f"a file called '{said.pop()}' says nothing about what is in it")
        for number, line in enumerate(file.lines, 1) if file.is_cpp else []:
            for name in TYPE.findall(line):
                said = EMPTY_WORDS & camel_words(name)
                if said:
                    yield Finding(file.path, number, f"a type called '{name}' says nothing about what it does")
