"""What `cargo xtask sweep connections` and `cargo xtask scale` measure, and what they write.

Short measurements are made with the real programs, documents are written from invented ones. How the commands come to
it: `xtask/tests/it/measured.rs`."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import connections
import scale
from conftest import StartServer

MIB = 1 << 20
OURS, PFS, TELETHON = "ours", "ours, with PFS", "Telethon"


def _connections() -> dict[str, dict[str, dict[str, Any]]]:
    clients = (OURS, PFS, TELETHON)

    def mode(**fields: tuple[float, float, float]) -> dict[str, dict[str, Any]]:
        return {client: {name: values[at] for name, values in fields.items()} for at, client in enumerate(clients)}

    return {
        "keys": mode(per_sec=(40, 20, 4), cpu_ms=(5, 9, 50)),
        "reconnects": mode(per_sec=(900, 45, 90), cpu_ms=(0.5, 8, 5)),
        "rest": mode(kib=(50, 60, 500), count=(200, 200, 200)),
        "reply": mode(
            users=(98_000, 98_000, 98_000),
            body_bytes=(17 * MIB, 17 * MIB, 0),
            peak_kib=(30 * 1024, 31 * 1024, 300 * 1024),
            wall_secs=(0.5, 0.75, 5),
        ),
    }


def _write_connections(monkeypatch: pytest.MonkeyPatch, found: dict[str, Any], documents: Path) -> None:
    monkeypatch.setattr(connections, "measure", lambda *_: found)
    monkeypatch.setattr(sys, "argv", ["connections.py", "ours", "somewhere/release/testdc", str(documents)])
    connections.main()


def test_connections_are_compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _write_connections(monkeypatch, _connections(), tmp_path)
    page = (tmp_path / "connections.md").read_text(encoding="utf-8")
    tenfold = "10.0 \N{MULTIPLICATION SIGN}"
    for row in (
        f"| new keys (whole handshakes) a second, one after the other | 40.0 | 20.0 | 4.0 | {tenfold} |",
        f"| CPU time of the client for each | 5.0 ms | 9.0 ms | 50.0 ms | {tenfold} |",
        f"| connections a second with a key that is kept | 900 | 45 | 90 | {tenfold} |",
        f"| CPU time of the client for each | 0.50 ms | 8.00 ms | 5.00 ms | {tenfold} |",
        f"| memory of a connection at rest (200 held at once) | 50 KiB | 60 KiB | 500 KiB | {tenfold} |",
        f"| most memory under one reply of 17.0 MiB | 30 MiB | 31 MiB | 300 MiB | {tenfold} |",
        f"| time until that reply is read | 0.50 s | 0.75 s | 5.00 s | {tenfold} |",
    ):
        assert row in page.splitlines()
    assert "as cargo's profile `release` builds them" in page


@pytest.mark.parametrize(("client", "field", "value"), [(OURS, "body_bytes", 16 * MIB - 1), (TELETHON, "users", 5)])
def test_lists_that_are_short_or_differ_are_no_measure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: str, field: str, value: int
) -> None:
    found = _connections()
    found["reply"][client][field] = value
    with pytest.raises(AssertionError):
        _write_connections(monkeypatch, found, tmp_path)
    assert not list(tmp_path.iterdir())


def test_each_client_is_measured_in_each_way(
    monkeypatch: pytest.MonkeyPatch, testdc_program: Path, tmp_path: Path
) -> None:
    asked: list[tuple[str, str, bool]] = []

    def run(command: list[str]) -> dict[str, Any]:
        program, mode, address, key, amount = command[-5:] if command[-1] != "pfs" else command[-6:-1]
        assert address.startswith("127.0.0.1:") and "BEGIN RSA PUBLIC KEY" in Path(key).read_text()
        assert program in ("example", str(connections.HERE))
        asked.append((program, f"{mode} {amount}", command[-1] == "pfs"))
        return {}

    monkeypatch.setattr(connections, "run", run)
    monkeypatch.setattr(connections, "CONTACTS", 50)
    connections.measure(Path("example"), testdc_program, tmp_path)
    theirs = str(connections.HERE)
    for mode in ("keys 6", "reconnects 6", "rest 200", "reply 1"):
        assert asked[:3] == [("example", mode, False), ("example", mode, True), (theirs, mode, False)]
        del asked[:3]
    assert not asked


def test_telethon_is_measured(start_testdc: StartServer) -> None:
    server = start_testdc("--contacts", 30, "--code", connections.CODE)
    common = (server.address, str(server.public_key_path))

    def measured(mode: str, amount: int) -> dict[str, Any]:
        return connections.run([sys.executable, str(connections.HERE), mode, *common, str(amount)])

    for mode in ("keys", "reconnects"):
        assert min(measured(mode, 1).values()) > 0
    assert measured("rest", 2)["count"] == 2
    assert measured("reply", 1)["users"] == len(server.truth["users"])


def test_a_measurement_that_fails_writes_nothing(testdc_program: Path, tmp_path: Path) -> None:
    home = Path(__file__).resolve().parent
    for script in ("connections.py", "scale.py"):
        command = [sys.executable, script, "/bin/false", str(testdc_program), str(tmp_path)]
        ended = subprocess.run(command, cwd=home, capture_output=True, check=False, timeout=120)
        assert ended.returncode == 1 and b"AssertionError" in ended.stderr
        assert not list(tmp_path.iterdir())


SMALL = scale.Measured(
    contacts=10_000,
    rows=11_000,
    reply_bytes=MIB,
    ours=scale.Cost(0.1, 0.2, 20 * MIB),
    ours_default=scale.Cost(0.2, 0.3, 25 * MIB),
    script=scale.Cost(1.5, 2.5, 150 * MIB),
)
LARGE = scale.Measured(
    contacts=100_000,
    rows=110_000,
    reply_bytes=10 * MIB,
    ours=scale.Cost(1.25, 1.5, 70 * MIB),
    ours_default=scale.Cost(2.0, 2.5, 90 * MIB),
    script=scale.Cost(18.75, 20.0, 900 * MIB),
)


def _write_scale(monkeypatch: pytest.MonkeyPatch, large: scale.Measured, documents: Path) -> None:
    monkeypatch.setattr(scale, "SIZES", (SMALL.contacts, LARGE.contacts))
    monkeypatch.setattr(scale, "measure", lambda *where: {SMALL.contacts: SMALL, LARGE.contacts: large}[where[2]])
    monkeypatch.setattr(sys, "argv", ["scale.py", "ours", "testdc", str(documents)])
    scale.main()


def test_growth_is_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _write_scale(monkeypatch, LARGE, tmp_path)
    page = (tmp_path / "scale.md").read_text(encoding="utf-8")
    cells = ["100,000", "110,000", "10.0 MiB", "1.25 s", "2.00 s", "18.75 s", "15.0", "1.50 s", "20.00 s"]
    assert f"| {' | '.join(cells)} | 70 MiB | 70 MiB | 900 MiB |" in page.splitlines()
    assert "the CPU time of ours grows 1.25 times as fast" in page
    assert "The default's peak memory at 100,000 is 90 MiB." in page
    plot = (tmp_path / "scale.svg").read_text(encoding="utf-8")
    assert all(f">{value}</text>" in plot for value in ("18.75", "1.25", "1.50", "0.10", "100k", "10k"))


@pytest.mark.parametrize(
    ("large", "fault"),
    [
        (replace(LARGE, script=replace(LARGE.script, cpu_secs=18.74)), "more than a fifteenth of the script's"),
        (replace(LARGE, ours=replace(LARGE.ours, peak_bytes=70 * MIB + 1)), "above 3 times the reply and 40 MiB"),
        (
            replace(
                LARGE,
                ours=replace(LARGE.ours, cpu_secs=1.26),
                script=replace(LARGE.script, cpu_secs=20),
            ),
            "grows faster than the address book",
        ),
    ],
)
def test_a_limit_that_is_broken_is_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, large: scale.Measured, fault: str
) -> None:
    with pytest.raises(SystemExit, match=fault):
        _write_scale(monkeypatch, large, tmp_path)
    assert (tmp_path / "scale.md").exists(), "what was measured is said"


def test_both_export_the_same_people(
    monkeypatch: pytest.MonkeyPatch, exporter_program: Path, testdc_program: Path
) -> None:
    monkeypatch.setattr(scale, "ROUNDS", 1)
    measured = scale.measure(exporter_program, testdc_program, 60)
    assert measured.contacts == 60 and measured.rows >= 60 and measured.reply_bytes > 60
    for cost in (measured.ours, measured.ours_default, measured.script):
        assert min(cost.cpu_secs, cost.wall_secs, cost.peak_bytes) > 0
