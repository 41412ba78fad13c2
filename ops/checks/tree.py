"""The files of the repository, read once; findings point into them."""
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

GENERATED = {".git", ".work", "build", "__pycache__", "node_modules", ".cache"}


@dataclass
class Finding:
    path: str
    line: int
    why: str

    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass
class File:
    path: str  # relative to the root, with forward slashes
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def folder(self) -> str:
        return self.path.split("/")[0] if "/" in self.path else ""

    @property
    def is_cpp(self) -> bool:
        return self.path.endswith((".cpp", ".hpp"))

    @property
    def is_test(self) -> bool:
        return self.folder == "tests" or self.path.endswith("_test.cpp")


def read(root: Path) -> list[File]:
    found = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if GENERATED & set(relative.parts) or not path.is_file():
            continue
        try:
            found.append(File(relative.as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a picture or the like
    return found
