"""The files of an export, read by programs that we did not write: DuckDB, pyarrow, Python's csv module."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import StartServer
from export_files import (
    COLUMNS,
    DUCKDB_TYPES,
    FILE_NAMES,
    LAYER,
    NEVER_NULL,
    csv_cell_means,
    csv_rows,
    digest_and_size,
    kind,
    manifest,
    parquet_rows,
    parquet_table,
)
from exporter import Exporter, run_program
from join_oracle import assert_nobody_is_lost, assert_rows_match
from telethon_side import contacts_hash

CONTACTS, SAVED_ONLY = 500, 100


@pytest.fixture(scope="module")
def demo(exporter_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `demo` writes."""
    home = tmp_path_factory.mktemp("demo")
    size = ("--contacts", CONTACTS, "--saved-only", SAVED_ONLY, "--seed", 7)
    run_program(exporter_program, home, "demo", "--out", home / "out", *size)
    return home / "out"


def duckdb_one(query: str, *arguments: object) -> Any:
    """The single value of a query."""
    row = duckdb.execute(query, list(arguments)).fetchone()
    assert row is not None
    return row[0]


def test_the_folder_holds_private_files_alone(demo: Path) -> None:
    assert {path.name for path in demo.iterdir()} == FILE_NAMES
    assert {path.stat().st_mode & 0o777 for path in demo.iterdir()} == {0o600}


def test_every_reader_counts_the_same_rows(demo: Path) -> None:
    parquet, text = str(demo / "contacts.parquet"), str(demo / "contacts.csv")
    counts = {
        "pyarrow": parquet_table(demo).num_rows,
        "duckdb, parquet": duckdb_one("SELECT count(*) FROM read_parquet(?)", parquet),
        "duckdb, csv": duckdb_one("SELECT count(*) FROM read_csv(?, header = true, all_varchar = true)", text),
        "csv module": len(csv_rows(demo)),
    }
    assert len(set(counts.values())) == 1, counts
    # Every contact has a row of its own, and so has every saved record that has no account.
    assert counts["pyarrow"] >= CONTACTS + SAVED_ONLY


def test_names_types_and_nulls_of_the_columns(demo: Path) -> None:
    table = parquet_table(demo)
    assert {field.name: kind(field.type) for field in table.schema} == COLUMNS
    assert table.column_names == list(COLUMNS), "the order of the columns"
    assert {field.name for field in table.schema if not field.nullable} == NEVER_NULL
    assert [name for name in NEVER_NULL if table.column(name).null_count] == []
    described = duckdb.execute("DESCRIBE FROM read_parquet(?)", [str(demo / "contacts.parquet")]).fetchall()
    assert {name: column_type for name, column_type, *_ in described} == {
        name: DUCKDB_TYPES[column_kind] for name, column_kind in COLUMNS.items()
    }


def test_nulls_go_with_the_source_of_a_row(demo: Path) -> None:
    rows = parquet_rows(demo)
    assert {row["source"] for row in rows} == {"saved", "contact", "both"}
    for row in rows:
        has_saved, has_user = row["source"] in ("saved", "both"), row["source"] in ("contact", "both")
        saved = (row["saved_phone"], row["saved_first_name"], row["saved_last_name"], row["saved_at_unix"])
        assert [value is not None for value in saved] == [has_saved] * 4
        user = (row["user_id"], row["is_mutual"], row["raw_flags"], row["status_observed_at"])
        assert [value is not None for value in user] == [has_user] * 4
        assert (row["match_method"] == "user_phone") == (row["source"] == "both")
        assert (row["saved_at"] is None) == (not row["saved_at_unix"])
        assert row["layer"] == LAYER


def test_every_csv_cell_says_what_the_parquet_file_says(demo: Path) -> None:
    table, rows = parquet_table(demo).to_pylist(), csv_rows(demo)
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == len(table)
    for text, typed in zip(rows, table, strict=True):
        differing = {name: (text[name], typed[name]) for name in COLUMNS if not csv_cell_means(text[name], typed[name])}
        assert differing == {}


def test_duckdb_reads_the_same_texts_from_both_files(demo: Path) -> None:
    parquet, text = str(demo / "contacts.parquet"), str(demo / "contacts.csv")
    columns = "row_id, saved_first_name, saved_last_name, first_name, last_name, phone"
    # To a CSV an empty text and a null are one.
    plain = ", ".join(f"coalesce({name}, '')" for name in columns.split(", "))
    from_parquet = duckdb.execute(f"SELECT {plain} FROM read_parquet(?)", [parquet]).fetchall()
    from_csv = duckdb.execute(f"SELECT {plain} FROM read_csv(?, header = true, all_varchar = true)", [text]).fetchall()
    assert Counter(from_parquet) == Counter(from_csv)


def test_the_manifest_tells_sizes_hashes_and_counts(demo: Path) -> None:
    told = manifest(demo)
    files = {file["name"]: (file["sha256"], file["size_bytes"]) for file in told["files"]}
    assert files == {name: digest_and_size(demo / name) for name in FILE_NAMES - {"manifest.json"}}
    rows = parquet_rows(demo)
    counts = told["counts"]
    assert counts["rows"] == len(rows)
    assert counts["contacts"] == sum(row["source"] != "saved" for row in rows) == CONTACTS
    assert counts["saved"] == counts["saved_count"] == sum(row["source"] != "contact" for row in rows)
    assert counts["rows_by_source"] == Counter(row["source"] for row in rows)
    assert counts["ambiguous"] == sum(row["match_confidence"] == "ambiguous" for row in rows)
    assert {file["rows"] for file in told["files"]} == {len(rows)}
    assert [column["name"] for column in told["columns"]] == list(COLUMNS)
    assert (told["layer"], told["takeout"]["result"]) == (LAYER, "finished")
    assert datetime.fromisoformat(told["times"]["exported_at"]) == rows[0]["exported_at"]


def test_the_manifest_has_the_hash_by_which_the_server_knows_the_contacts(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path
) -> None:
    server = start_testdc("--seed", 9, "--contacts", 50, "--saved-only", 9)
    exporter = Exporter(exporter_program, tmp_path, server)
    exporter.login()
    exporter.export(tmp_path / "out")
    assert manifest(tmp_path / "out")["contacts_hash"] == str(contacts_hash(server.truth))


BOOKS = [(1, 0, 0), (2, 1, 0), (3, 0, 5), (4, 45, 12), (7, 300, 100), (8, 1500, 300)]


@pytest.mark.parametrize(("seed", "contacts", "saved_only"), BOOKS)
def test_the_rows_are_those_that_the_truth_demands(
    start_testdc: StartServer, exporter_program: Path, tmp_path: Path, seed: int, contacts: int, saved_only: int
) -> None:
    server = start_testdc("--seed", seed, "--contacts", contacts, "--saved-only", saved_only)
    assert len(server.truth["contacts"]) == contacts
    exporter = Exporter(exporter_program, tmp_path, server)
    exporter.login()
    exporter.export(tmp_path / "out")
    rows = parquet_rows(tmp_path / "out")
    assert_nobody_is_lost(rows, server.truth)
    assert_rows_match(rows, server.truth)
    server.wait_for("takeout_finished", success=True)
