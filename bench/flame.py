"""A flame graph of a running process, as a small SVG: where its CPU time goes.

    python3 bench/flame.py record --pid PID --seconds 10 --out before.folded     (perf; root)
    python3 bench/flame.py render before.folded --title "RunTask, before" --out docs/flames/before.svg

A folded file has one line a stack, `outermost;…;innermost COUNT`. Width is CPU time; what is on top was running. Frames
below --least of all time are left out, so that the picture stays small.
"""

import argparse
import collections
import html
import os
import re
import subprocess
import sys
import tempfile
import zlib

WIDTH, ROW, CHARACTER = 1000, 15, 6.1
NOISE = re.compile(r"^(boost::asio::|std::|void boost::|void std::|auto boost::|__libc_start|_start|start_thread|clone|\[unknown\])")


def shorten(symbol):
    """A C++ name without arguments of templates and functions, and without our namespace."""
    symbol = re.sub(r"\(anonymous namespace\)::", "", symbol)
    symbol = re.sub(r" ?\[clone [^]]*\]", "", symbol).replace("operator->", "operator_arrow")
    out, depth = [], 0
    for character in symbol:
        if character in "<({":
            depth += 1
        elif character in ">)}":
            depth -= 1
        elif depth == 0:
            out.append(character)
    text = "".join(out).strip().split(" ")[-1] or symbol[:60]
    return text.replace("berth::", "")


def fold(script):
    """Stacks of `perf script`, counted. Asio's and the library's plumbing between two frames of ours is left out."""
    stacks, frames = collections.Counter(), []
    thread = ""

    def close():
        if frames:
            kept = [shorten(frame) for frame in reversed(frames) if not NOISE.match(frame)]
            once = [name for i, name in enumerate(kept) if i == 0 or kept[i - 1] != name]
            stacks[";".join([thread] + (once or ["other"]))] += 1
        frames.clear()

    for line in script:
        if not line.strip():
            close()
        elif not line[0].isspace():
            close()
            thread = line.split()[0]
        else:
            parts = line.strip().split(" ", 1)
            name = parts[1].rsplit(" (", 1)[0] if len(parts) > 1 else "[unknown]"
            frames.append(re.sub(r"\+0x[0-9a-f]+$", "", name))
    close()
    return stacks


def record(pid, seconds, out):
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "perf.data")
        subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "197", "--call-graph", "dwarf,16384", "-p", str(pid), "-o",
                        data, "--", "sleep", str(seconds)], check=True, stderr=subprocess.DEVNULL)
        with subprocess.Popen(["perf", "script", "--no-inline", "-i", data, "-F", "comm,ip,sym,dso"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, errors="replace") as script:
            stacks = fold(script.stdout)
    with open(out, "w") as file:
        for stack, count in sorted(stacks.items()):
            file.write(f"{stack} {count}\n")
    print(f"{sum(stacks.values())} samples, {len(stacks)} stacks", file=sys.stderr)


class Frame:
    def __init__(self):
        self.count, self.children = 0, {}

    def add(self, names, count):
        self.count += count
        if names:
            self.children.setdefault(names[0], Frame()).add(names[1:], count)

    def depth(self, least):
        return 1 + max((child.depth(least) for child in self.children.values() if child.count >= least), default=0)


def colour(name):
    shade = zlib.crc32(name.encode())
    return f"#{225 + shade % 30:02x}{110 + (shade >> 8) % 90:02x}{50 + (shade >> 16) % 40:02x}"


def boxes(name, frame, x, y, scale, least, total):
    width = frame.count * scale
    label = html.escape(name[: max(0, int(width / CHARACTER) - 1)]) if width > 30 else ""
    yield (f'<g><title>{html.escape(name)}: {100 * frame.count / total:.1f} %</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" '
           f'height="{ROW - 1}" fill="{colour(name)}"/>' + (f'<text x="{x + 2:.1f}" y="{y + 11}">{label}</text>' if label else "") + "</g>")
    for child_name, child in sorted(frame.children.items()):
        if child.count >= least:
            yield from boxes(child_name, child, x, y - ROW, scale, least, total)
            x += child.count * scale


def render(folded, title, out, least_share):
    root = Frame()
    with open(folded) as lines:
        for line in lines:
            stack, count = line.rsplit(" ", 1)
            root.add(stack.split(";"), int(count))
    least = root.count * least_share
    height = (root.depth(least) + 2) * ROW
    with open(out, "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
                   f'<style>text{{font:10px monospace}}</style><text x="2" y="11">{html.escape(title)} ({root.count} samples)</text>\n')
        file.write("\n".join(boxes("all", root, 0, height - ROW, WIDTH / root.count, least, root.count)))
        file.write("\n</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("--pid", type=int, required=True)
    recording.add_argument("--seconds", type=float, default=10)
    recording.add_argument("--out", required=True)
    rendering = commands.add_parser("render")
    rendering.add_argument("folded")
    rendering.add_argument("--title", required=True)
    rendering.add_argument("--least", type=float, default=0.006)
    rendering.add_argument("--out", required=True)
    arguments = parser.parse_args()
    if arguments.command == "record":
        record(arguments.pid, arguments.seconds, arguments.out)
    else:
        render(arguments.folded, arguments.title, arguments.out, arguments.least)


if __name__ == "__main__":
    main()
