"""Documents that cannot rot: links lead somewhere, and the map shows the land."""
import re

from .tree import Finding

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAP_ENTRY = re.compile(r"^\s*([\w.\-]+(?:/[\w.\-]+)*/)(?:\s|$)")


def links(root, files):
    for file in files:
        if not file.path.endswith(".md"):
            continue
        here, fenced = (root / file.path).parent, False
        for number, line in enumerate(file.lines, 1):
            fenced ^= line.lstrip().startswith("```")
            for target in [] if fenced else LINK.findall(line):
                place = target.split("#")[0]
                if place and not re.match(r"[a-z]+:", target) and not (here / place).exists():
                    yield Finding(file.path, number, f"a link to {target}, which is not there")


def settings(root, files):
    """docs/operations.md lists every setting of core/config.hpp, and none besides."""
    texts = {file.path: file.text for file in files}
    struct = re.search(r"struct Settings \{(.*?)\n\};", texts.get("core/config.hpp", ""), re.S)
    declared = set(re.findall(r"(?:std::string|std::int64_t|bool)\s+(\w+)\s*=", struct.group(1) if struct else ""))
    table = texts.get("docs/operations.md", "").partition("## Settings")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", table, re.M))
    for name in sorted(declared - listed):
        yield Finding("docs/operations.md", 0, f"the table of settings lacks {name}")
    for name in sorted(listed - declared):
        yield Finding("docs/operations.md", 0, f"the table of settings has {name}, which core/config.hpp has not")


def folder_map(root, files):
    """The block after "## Folder map" in ARCHITECTURE.md names every top-level folder, and only folders that exist."""
    page = next((file for file in files if file.path == "ARCHITECTURE.md"), None)
    if page is None:
        yield Finding("ARCHITECTURE.md", 0, "is missing")
        return
    named, inside, fenced = {}, False, False
    for number, line in enumerate(page.lines, 1):
        if line.startswith("#"):
            inside = "folder map" in line.lower()
        if line.startswith("```"):
            fenced = not fenced
        elif inside and fenced and (match := MAP_ENTRY.match(line)):
            named[match.group(1)] = number
    for folder, number in named.items():
        if not (root / folder).is_dir():
            yield Finding(page.path, number, f"the folder map names {folder}, which is not there")
    for folder in sorted({file.folder for file in files} - {""}):
        if not folder.startswith(".") and not any(name.split("/")[0] == folder for name in named):
            yield Finding(page.path, 0, f"the folder map does not name {folder}/")
