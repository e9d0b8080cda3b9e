"""How export grows with the address book, beside the script that a user would write: `cargo xtask scale`.

Each size is served by `testdc` on loopback to both, one after the other, and both are logged in before. Ours is the
whole process; the script's time starts behind its imports. Writes docs/scale.md and docs/scale.svg.
"""
# ruff: noqa: E501  (the document that it writes has long lines)

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from telethon.sessions import SQLiteSession

import foreign_archive
from exporter import Exporter
from servers import running
from telethon_side import connected, log_in, run_bounded

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 25_000, 50_000, 100_000)
ROUNDS = 3
MIB = 1 << 20
GLANCE_SECS = 0.004
PLAIN = "--insecure-plain-session"
MOST_GROWTH = 1.25


@dataclass(frozen=True)
class Cost:
    """What one export took."""

    cpu_secs: float
    wall_secs: float
    peak_bytes: int


@dataclass(frozen=True)
class Measured:
    """Both at one size; of ours the best round for each form, with the files that it writes."""

    contacts: int
    rows: int
    reply_bytes: int
    ours: Cost
    ours_default: Cost
    script: Cost


def best(costs: Sequence[Cost]) -> Cost:
    """The least of each: what is above it was the machine doing other things."""
    return Cost(
        min(cost.cpu_secs for cost in costs),
        min(cost.wall_secs for cost in costs),
        max(cost.peak_bytes for cost in costs),
    )


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had since it became this program; 0 when it is gone.

    Not `ru_maxrss`, which has the peak of whoever started the program in it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0][1]) * 1024 if lines else 0


def run_measured(command: Sequence[str], home: Path) -> Cost:
    """Runs a program to its end; the kernel says what it took, and its memory is looked at every few milliseconds."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    with (home / "stderr").open("w+b") as said:
        start = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=subprocess.DEVNULL, stderr=said)
        peak = 0
        while True:
            peak = max(peak, peak_bytes(process.pid))
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(GLANCE_SECS)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        assert process.returncode == 0, said.read().decode()
    return Cost(used.ru_utime + used.ru_stime, wall, peak)


def run_script(arguments: Sequence[str]) -> tuple[Cost, int]:
    """Runs the script; it measures itself, behind its imports."""
    ended = subprocess.run(
        [sys.executable, str(HERE / "telethon_export.py"), *arguments], capture_output=True, check=False, timeout=900
    )
    assert ended.returncode == 0, ended.stderr.decode()
    found = json.loads(ended.stdout)
    return Cost(found["cpu_secs"], found["wall_secs"], found["peak_bytes"]), found["rows"]


def measure(exporter_path: Path, testdc_path: Path, contacts: int) -> Measured:
    """Both programs against one server."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command = [str(testdc_path), "serve", "--listen", "127.0.0.1:0", "--seed", "1"]
        size = ["--contacts", str(contacts), "--saved-only", str(contacts // 10)]
        with running([*command, *size], home / "server") as server:
            exporter = Exporter(exporter_path, home, server)
            # a plain session file on both sides
            exporter.login(options=[PLAIN])
            session = home / "script"

            async def script_logs_in() -> None:
                async with connected(server, session=SQLiteSession(str(session))) as client:
                    await log_in(client, server)

            run_bounded(script_logs_in())
            export = [str(exporter_path), "export", "--session", str(exporter.session_path), PLAIN, "--force"]
            export += ["--dc", f"2={server.address}", "--rsa-key", str(server.public_key_path)]
            like_script = [*export, "--format", "parquet", "--no-raw", "--out", str(home / "ours")]
            ours, default = [], []
            for _ in range(ROUNDS):
                ours.append(run_measured(like_script, home))
                default.append(run_measured([*export, "--out", str(home / "default")], home))
            script_out = home / "script.parquet"
            script, rows = run_script([server.address, str(server.public_key_path), str(session), str(script_out)])
            table = pq.read_table(home / "ours" / "contacts.parquet")
            other = pq.read_table(script_out)
            assert other.column_names == table.column_names
            assert rows == other.num_rows == table.num_rows
            assert sorted(other["row_id"].to_pylist()) == sorted(table["row_id"].to_pylist()), "the same people"
            _, replies = foreign_archive.read(home / "default" / "archive.tkx")
            reply_bytes = max(len(body) for body in replies.values())
    return Measured(contacts, rows, reply_bytes, best(ours), best(default), script)


def report(all_measured: Sequence[Measured]) -> str:
    """docs/scale.md."""
    largest = all_measured[-1]
    lines = [
        "# How it grows",
        "",
        "`cargo xtask scale` measured this: a whole export over TCP from `testdc` on loopback, the login done before, beside",
        "`interop/telethon_export.py`, the script that a user would write today (Telethon 1.45 with cryptg, pyarrow, the same",
        "Parquet columns). CPU is user and system time of the client alone: ours of the whole process, the script's from behind",
        f"its imports. The least of {ROUNDS} rounds for ours, one for the script, in one run on one machine",
        f"({os.cpu_count()} CPUs, {platform.system()}), which was busy with other things: wall times say less than CPU times.",
        "",
        "Ours proves that nobody is missing, reads the files back and hashes them; the script does not. *ours* writes what the",
        "script writes (`--format parquet --no-raw`), *default* also CSV and the archive.",
        "",
        "| contacts | rows | largest reply | ours: CPU | default: CPU | script: CPU | script / ours | ours: wall | script: wall "
        "| ours: peak | 3 x reply + 40 MiB | script: peak |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in all_measured:
        cells = [
            f"{each.contacts:,}",
            f"{each.rows:,}",
            f"{each.reply_bytes / MIB:.1f} MiB",
            f"{each.ours.cpu_secs:.2f} s",
            f"{each.ours_default.cpu_secs:.2f} s",
            f"{each.script.cpu_secs:.2f} s",
            f"{each.script.cpu_secs / each.ours.cpu_secs:.1f}",
            f"{each.ours.wall_secs:.2f} s",
            f"{each.script.wall_secs:.2f} s",
            f"{each.ours.peak_bytes / MIB:.0f} MiB",
            f"{limit_bytes(each) / MIB:.0f} MiB",
            f"{each.script.peak_bytes / MIB:.0f} MiB",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    smallest = all_measured[0]
    lines += [
        "",
        f"From {smallest.contacts:,} to {largest.contacts:,} contacts the CPU time of ours grows {growth(all_measured):.2f} times as fast as",
        f"the address book. The default's peak memory at {largest.contacts:,} is {largest.ours_default.peak_bytes / MIB:.0f} MiB.",
        "",
        "![CPU time by size](scale.svg)",
        "",
    ]
    return "\n".join(lines)


def growth(all_measured: Sequence[Measured]) -> float:
    """How much faster our CPU time grows than the address book, from the smallest to the largest; 1 is linear."""
    smallest, largest = all_measured[0], all_measured[-1]
    return (largest.ours.cpu_secs / smallest.ours.cpu_secs) / (largest.contacts / smallest.contacts)


def limit_bytes(measured: Measured) -> int:
    """What the peak is held against."""
    return 3 * measured.reply_bytes + 40 * MIB


def plot(all_measured: Sequence[Measured]) -> str:
    """docs/scale.svg: CPU time by size, the script above and ours below, each with its own scale."""
    width, height, left, top, panel = 720, 520, 70, 30, 190
    most = max(each.contacts for each in all_measured)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    panels = [
        ("script (Telethon, cryptg, pyarrow)", "#d98a1f", [each.script.cpu_secs for each in all_measured]),
        ("takeout-export", "#2f6fde", [each.ours.cpu_secs for each in all_measured]),
    ]
    for number, (title, colour, values) in enumerate(panels):
        bottom = top + panel + number * (panel + 60)
        scale = max(values)
        points = [
            (left + (width - left - 40) * each.contacts / most, bottom - (panel - 30) * value / scale)
            for each, value in zip(all_measured, values, strict=True)
        ]
        parts.append(
            f'<text x="{left}" y="{bottom - panel + 8}" font-weight="bold" fill="{colour}">{title}: CPU s</text>'
        )
        parts.append(f'<path d="M{left} {bottom - panel + 16}V{bottom}H{width - 30}" fill="none" stroke="#8894a8"/>')
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{left},{bottom} {line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), each, value in zip(points, all_measured, values, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
            parts.append(f'<text x="{x - 8:.1f}" y="{y - 10:.1f}" text-anchor="end">{value:.2f}</text>')
            parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{each.contacts // 1000}k</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Measures all sizes, writes the documents, and fails if a limit is broken."""
    exporter, testdc, documents = (Path(argument).resolve() for argument in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    all_measured = []
    for size in SIZES:
        all_measured.append(measure(exporter, testdc, size))
        print(all_measured[-1], flush=True)
    (documents / "scale.md").write_text(report(all_measured), encoding="utf-8")
    (documents / "scale.svg").write_text(plot(all_measured), encoding="utf-8")
    largest = all_measured[-1]
    faults = []
    if largest.script.cpu_secs < 15 * largest.ours.cpu_secs:
        faults.append("the CPU time is more than a fifteenth of the script's")
    if largest.ours.peak_bytes > limit_bytes(largest):
        faults.append("the peak memory is above 3 times the reply and 40 MiB")
    if growth(all_measured) > MOST_GROWTH:
        faults.append("the CPU time grows faster than the address book")
    if faults:
        sys.exit("; ".join(faults))


if __name__ == "__main__":
    main()
