"""What a connection costs, ours beside Telethon's: `cargo xtask sweep connections`.

`python connections.py EXAMPLE TESTDC DOCS` measures both against one testdc and writes DOCS/connections.md. The example is
crates/tg-client/examples/connections.rs; `python connections.py MODE ADDRESS KEY.pem AMOUNT` is its counterpart here, in a
process of its own for each measurement. Both are one thread, both wait for the answer to their first call.
"""
# ruff: noqa: E501  (the document that it writes has long lines)

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cryptg  # Telethon uses it if it is there
from telethon import TelegramClient, functions
from telethon.crypto import rsa
from telethon.network.connection import ConnectionTcpIntermediate
from telethon.sessions import MemorySession

from servers import running
from telethon_factors import replace_telethons_own

assert cryptg
replace_telethons_own()
HERE = Path(__file__).resolve()
SPAN_SECS = 6
HELD = 200
PHONE = "9996621234"
CODE = "22222"
# as many as make a reply of 16 MiB
CONTACTS = 98_000
MIB = 1 << 20


async def connect(address: str, session: MemorySession | None = None) -> TelegramClient:
    """A client whose first call was answered."""
    if session is None:
        session = MemorySession()
        host, _, port = address.rpartition(":")
        session.set_dc(2, host, int(port))
    client = TelegramClient(
        session,
        1,
        "0" * 32,
        connection=ConnectionTcpIntermediate,
        connection_retries=3,
        retry_delay=0,
        receive_updates=False,
    )
    await client.connect()
    return client


async def rate(address: str, span_secs: int, session: MemorySession | None) -> dict[str, float]:
    """Connections one after the other."""
    started, cpu, count = time.monotonic(), time.process_time(), 0
    while time.monotonic() - started < span_secs:
        client = await connect(address, session)
        await client.disconnect()
        count += 1
    wall = time.monotonic() - started
    return {"per_sec": count / wall, "cpu_ms": (time.process_time() - cpu) * 1e3 / count}


async def at_rest(address: str, count: int) -> dict[str, float]:
    """What so many connections hold that have nothing to do."""
    warm = await connect(address)
    before = memory_kib("VmRSS:")
    clients = [await connect(address) for _ in range(count)]
    await asyncio.sleep(1)
    kib = (memory_kib("VmRSS:") - before) / count
    for client in [*clients, warm]:
        await client.disconnect()
    return {"kib": kib, "count": len(clients)}


async def under_a_reply(address: str) -> dict[str, float]:
    """The most memory while one long reply is taken; Telethon makes objects of it."""
    client = await connect(address)
    await client.send_code_request(PHONE)
    await client.sign_in(PHONE, CODE)
    before, started = memory_kib("VmRSS:"), time.monotonic()
    reply = await client(functions.contacts.GetContactsRequest(hash=0))
    wall, peak = time.monotonic() - started, memory_kib("VmHWM:")
    await client.disconnect()
    return {"users": len(reply.users), "peak_kib": peak - before, "wall_secs": wall}


def memory_kib(name: str) -> int:
    """A line of the process's status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


async def measure_telethon(mode: str, address: str, amount: int) -> dict[str, float]:
    """One measurement in this process."""
    if mode == "rest":
        return await at_rest(address, amount)
    if mode == "reply":
        return await under_a_reply(address)
    if mode == "keys":
        return await rate(address, amount, None)
    first = await connect(address)
    session = first.session
    await first.disconnect()
    return await rate(address, amount, session)


def run(command: Sequence[str]) -> dict[str, Any]:
    """Runs one measurement in a process of its own."""
    ended = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr.decode()
    measured: dict[str, Any] = json.loads(ended.stdout)
    return measured


def measure(example: Path, testdc: Path, folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Every mode of every client: mode, then client."""
    clients = {"ours": [str(example)], "ours, with PFS": [str(example)], "Telethon": [sys.executable, str(HERE)]}
    amounts = {"keys": SPAN_SECS, "reconnects": SPAN_SECS, "rest": HELD, "reply": 1}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for mode, amount in amounts.items():
        contacts = CONTACTS if mode == "reply" else 20
        size = ["--contacts", str(contacts), "--saved-only", "0"]
        serve = [str(testdc), "serve", "--listen", "127.0.0.1:0", "--phone", PHONE, "--code", CODE, *size]
        with running(serve, folder / mode) as server:
            common = [mode, server.address, str(server.public_key_path), str(amount)]
            for client, command in clients.items():
                more = ["pfs"] if client.endswith("PFS") else []
                found.setdefault(mode, {})[client] = run([*command, *common, *more])
                print(mode, client, found[mode][client], flush=True)
    return found


def times(more: float, less: float) -> str:
    """How many times as much."""
    return f"{more / less:.1f} \N{MULTIPLICATION SIGN}"


def report(found: dict[str, dict[str, dict[str, Any]]], profile: str) -> str:
    """docs/connections.md; `profile` is what cargo built ours with."""
    keys, again, rest, reply = (found[mode] for mode in ("keys", "reconnects", "rest", "reply"))
    ours, pfs, theirs = "ours", "ours, with PFS", "Telethon"
    body_bytes = reply[ours]["body_bytes"]
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )

    def row(
        what: str, table: dict[str, dict[str, Any]], field: str, form: str, more_is_better: bool, unit: float = 1
    ) -> str:
        values = [table[client][field] / unit for client in (ours, pfs, theirs)]
        factor = times(values[0], values[2]) if more_is_better else times(values[2], values[0])
        return f"| {what} | " + " | ".join(form.format(value) for value in values) + f" | {factor} |"

    lines = [
        "# What a connection costs",
        "",
        "`cargo xtask sweep connections` measured this and wrote this page: `mtproto`'s client beside Telethon 1.45 with cryptg, both",
        "against one `testdc` on loopback, over intermediate frames, each in one thread and each measurement in a process of its",
        "own; every connection counts when its first call (`initConnection` with `help.getConfig`) is answered.",
        f"Machine: {os.cpu_count()} CPUs ({model}), {platform.system()}; load {os.getloadavg()[0]:.1f} at the end of the run.",
        f"Client and testdc as cargo's profile `{profile}` builds them.",
        "",
        "| what | ours | ours, with PFS | Telethon | ours is better by |",
        "|---|---|---|---|---|",
        row("new keys (whole handshakes) a second, one after the other", keys, "per_sec", "{:.1f}", True),
        row("CPU time of the client for each", keys, "cpu_ms", "{:.1f} ms", False),
        row("connections a second with a key that is kept", again, "per_sec", "{:.0f}", True),
        row("CPU time of the client for each", again, "cpu_ms", "{:.2f} ms", False),
        row(f"memory of a connection at rest ({HELD} held at once)", rest, "kib", "{:.0f} KiB", False),
        row(f"most memory under one reply of {body_bytes / MIB:.1f} MiB", reply, "peak_kib", "{:.0f} MiB", False, 1024),
        row("time until that reply is read", reply, "wall_secs", "{:.2f} s", False),
        "",
        "What is not the same: Telethon has no perfect forward secrecy, so the first column is without it and the second as",
        "`takeout-export` is shipped (a binding for each connection, behind one key exchange, or two where the key is new).",
        "testdc shares the machine: its part of a handshake is in the rates and not in the CPU times. Memory at rest is what",
        "the process grows by for each connection, behind the first one. The long reply is `contacts.getContacts`, packed with",
        "gzip on the wire; ours checks it from the first to the last field and reads it where it lies, Telethon makes an object",
        "of everything in it.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measures and writes the page, or is one measurement of it."""
    if len(sys.argv) == 5:
        mode, address, key, amount = sys.argv[1:]
        rsa.add_key(Path(key).read_text(), old=False)
        print(json.dumps(asyncio.run(measure_telethon(mode, address, int(amount)))))
        return
    example, testdc, documents = (Path(argument).resolve() for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        found = measure(example, testdc, Path(folder))
    assert found["reply"]["ours"]["users"] == found["reply"]["Telethon"]["users"]
    assert found["reply"]["ours"]["body_bytes"] >= 16 * MIB, "the reply is too short"
    # cargo puts what it builds into a folder that is named for the profile
    (documents / "connections.md").write_text(report(found, testdc.parent.name), encoding="utf-8")


if __name__ == "__main__":
    main()
