"""How long, how finished and how laid out the sources are."""
import os
import re
import shutil
import subprocess

from .tree import Finding

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# Comments, literals and preprocessor lines: whatever could hide a brace.
OPAQUE = re.compile(
    r'R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'
    r'|//[^\n]*|/\*.*?\*/'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|^[ \t]*#(?:\\\n|[^\n])*",
    re.S | re.M,
)
NOT_A_FUNCTION = re.compile(r"^\s*(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b")
TEMPLATE = re.compile(r"^\s*template\s*<")


def without_literals(text):
    """The text with everything opaque blanked, newlines kept, so that positions still mean lines."""
    return OPAQUE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(text):
    """(first line, last line, what stands before the brace) of each function that is in no other one."""
    code = without_literals(text)
    open_blocks, inside, start = [], 0, 0  # start: where the current statement begins
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        if match.group() == "{":
            head = code[start:at]
            is_function = not inside and "(" in head and not NOT_A_FUNCTION.match(head)
            first = start + len(head) - len(head.lstrip())
            open_blocks.append((is_function, first, head))
            inside += is_function
        elif match.group() == "}" and open_blocks:
            is_function, first, head = open_blocks.pop()
            if is_function:
                inside -= 1
                yield code.count("\n", 0, first) + 1, code.count("\n", 0, at) + 1, " ".join(head.split())
        start = at + 1


def file_length(root, files):
    for file in files:
        if file.path.endswith((".cpp", ".hpp", ".py", ".sh", ".sql", ".cmake")) or file.path.startswith("ops/dev"):
            if len(file.lines) > FILE_LINES_MAX:
                yield Finding(file.path, len(file.lines), f"{len(file.lines)} lines; {FILE_LINES_MAX} are the most")


def function_length(root, files):
    for file in files:
        if not file.is_cpp:
            continue
        for first, last, _ in functions(file.text):
            if last - first + 1 > FUNCTION_LINES_MAX:
                why = f"a function of {last - first + 1} lines; {FUNCTION_LINES_MAX} are the most"
                yield Finding(file.path, first, why)


def unfinished(root, files):
    words = re.compile(r"\b(?:FIX" r"ME|TO" r"DO|XX" r"X)\b")
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if words.search(line) and not file.path.endswith((".md", ".json", ".csv")):
                yield Finding(file.path, number, "finish it, or write an issue; marks in the source are forgotten")


def formatting(root, files):
    clang_format = shutil.which("clang-format-14") or shutil.which("clang-format")
    if clang_format is None:
        yield Finding(".clang-format", 0, "clang-format-14 is not installed: apt-get install clang-format-14")
        return
    paths = [file.path for file in files if file.is_cpp]
    share = max(1, (len(paths) + 1) // (os.cpu_count() or 1))
    jobs = [
        subprocess.Popen([clang_format, "--dry-run", *paths[i : i + share]], cwd=root, stderr=subprocess.PIPE, text=True)
        for i in range(0, len(paths), share)
    ]
    for job in jobs:
        seen = set()
        for match in re.finditer(r"^([^\s:]+):(\d+):\d+: warning", job.communicate()[1], re.M):
            if match.group(1) not in seen:  # the first place is enough: ops/dev format mends them all
                seen.add(match.group(1))
                yield Finding(match.group(1), int(match.group(2)), "layout differs from .clang-format: ops/dev format")
