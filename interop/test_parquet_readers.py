"""Every column of contacts.parquet in Polars, pandas and Spark: type, nulls and values, as pyarrow has them."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from export_files import COLUMNS, NEVER_NULL, parquet_table

POLARS_TYPES = {
    "text": pl.String,
    "word": pl.Categorical,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "bool": pl.Boolean,
    "double": pl.Float64,
    "time": pl.Datetime("us", "UTC"),
    "usernames": pl.List(pl.Struct({"username": pl.String, "editable": pl.Boolean, "active": pl.Boolean})),
}
SPARK_TYPES = {
    "text": "string",
    "word": "string",
    "int32": "int",
    "int64": "bigint",
    "bool": "boolean",
    "double": "double",
    "time": "timestamp",
    "usernames": "array<struct<username:string,editable:boolean,active:boolean>>",
}
JAVA = shutil.which("java")


def null_counts(folder: Path) -> dict[str, int]:
    """The nulls of each column, counted by pyarrow."""
    table = parquet_table(folder)
    counts = {name: table.column(name).null_count for name in COLUMNS}
    assert all(counts[name] == 0 for name in NEVER_NULL)
    assert sum(count > 0 for count in counts.values()) > 20, "an export in which most columns have a null"
    return counts


def test_polars_reads_every_column(all_formats: Path) -> None:
    frame = pl.read_parquet(all_formats / "contacts.parquet")
    kinds = {name: dtype.base_type() if dtype == pl.Categorical else dtype for name, dtype in frame.schema.items()}
    assert kinds == {name: POLARS_TYPES[kind] for name, kind in COLUMNS.items()}
    assert {name: frame[name].null_count() for name in COLUMNS} == null_counts(all_formats)
    rows = parquet_table(all_formats).to_pylist()
    words = [name for name, kind in COLUMNS.items() if kind == "word"]
    assert frame.with_columns(pl.col(words).cast(pl.String)).to_dicts() == rows


def test_polars_reads_the_arrow_file_and_the_lines(all_formats: Path) -> None:
    rows = parquet_table(all_formats).to_pylist()
    words = [name for name, kind in COLUMNS.items() if kind == "word"]
    arrow = pl.read_ipc(all_formats / "contacts.arrow")
    assert arrow.with_columns(pl.col(words).cast(pl.String)).to_dicts() == rows
    lines = pl.read_ndjson(all_formats / "contacts.jsonl", infer_schema_length=None)
    # Polars puts the columns of JSON into an order of its own
    with (all_formats / "contacts.jsonl").open(encoding="utf-8") as file:
        assert list(json.loads(file.readline())) == list(COLUMNS)
    assert set(lines.columns) == set(COLUMNS)
    assert lines["saved_first_name"].to_list() == [row["saved_first_name"] for row in rows]
    assert lines["usernames"].to_list() == [row["usernames"] for row in rows]


def test_pandas_reads_every_column(all_formats: Path) -> None:
    frame = pd.read_parquet(all_formats / "contacts.parquet", dtype_backend="pyarrow")
    pandas_types = {
        "text": "string[pyarrow]",
        "word": "dictionary<values=string, indices=int32, ordered=0>[pyarrow]",
        "int32": "int32[pyarrow]",
        "int64": "int64[pyarrow]",
        "bool": "bool[pyarrow]",
        "double": "double[pyarrow]",
        "time": "timestamp[us, tz=UTC][pyarrow]",
    }
    kinds = {name: str(dtype) for name, dtype in frame.dtypes.items() if COLUMNS[str(name)] != "usernames"}
    kinds = {name: "string[pyarrow]" if kind in ("string", "str") else kind for name, kind in kinds.items()}
    assert kinds == {name: pandas_types[kind] for name, kind in COLUMNS.items() if kind != "usernames"}
    assert {name: int(frame[name].isna().sum()) for name in COLUMNS} == null_counts(all_formats)
    rows = parquet_table(all_formats).to_pylist()
    for name in ("row_id", "user_id", "saved_first_name", "phone", "raw_flags"):
        assert [None if pd.isna(value) else value for value in frame[name]] == [row[name] for row in rows], name


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark of one thread, bound to loopback."""
    if JAVA is None or subprocess.run([JAVA, "-version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("Spark needs Java 17 or newer, and there is no java here")
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[1]").appName("interop")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("spark")),
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_spark_reads_every_column(spark: Any, all_formats: Path) -> None:
    frame = spark.read.parquet(str(all_formats / "contacts.parquet"))
    assert dict(frame.dtypes) == {name: SPARK_TYPES[kind] for name, kind in COLUMNS.items()}
    assert frame.columns == list(COLUMNS)
    nulls = frame.selectExpr(*[f"count_if({name} IS NULL) AS {name}" for name in COLUMNS]).first().asDict()
    assert nulls == null_counts(all_formats)
    expected = {row["row_id"]: row for row in parquet_table(all_formats).to_pylist()}
    for row in frame.select("row_id", "user_id", "saved_first_name", "saved_at_unix", "usernames", "status").collect():
        known = expected[row["row_id"]]
        found = row.asDict(recursive=True)
        assert found == {name: known[name] for name in found}
    seconds = frame.selectExpr("row_id", "unix_micros(exported_at) AS micros").collect()
    assert {row["micros"] for row in seconds} == {
        int(known["exported_at"].timestamp()) * 1_000_000 + known["exported_at"].microsecond
        for known in expected.values()
    }


def test_spark_and_duckdb_read_a_history_as_one_table(
    spark: Any, exporter_program: Path, all_formats: Path, tmp_path: Path
) -> None:
    import duckdb

    from exporter import run_program

    run_program(exporter_program, tmp_path, "convert", all_formats, "--history", tmp_path / "history")
    files = str(tmp_path / "history" / "*" / "*" / "contacts.parquet")
    count, accounts, dates = duckdb.execute(
        "SELECT count(*), list(DISTINCT account_id), list(DISTINCT export_date) "
        "FROM read_parquet(?, hive_partitioning = true)",
        [files],
    ).fetchone() or (0, [], [])
    table = parquet_table(all_formats)
    account_id = table.column("account_id")[0].as_py()
    assert (count, accounts) == (table.num_rows, [account_id])
    assert [str(date) for date in dates] == [str(table.column("exported_at")[0].as_py().date())]
    frame = spark.read.option("basePath", str(tmp_path / "history")).parquet(files)
    assert frame.count() == table.num_rows
    assert frame.select("account_id").distinct().first()[0] == account_id
