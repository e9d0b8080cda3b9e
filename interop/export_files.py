"""What an export has written, read with readers that are not ours, and the columns that it must have."""

import csv
import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

FILE_NAMES = {"contacts.parquet", "contacts.csv", "archive.tkx", "manifest.json"}
LAYER = 230

# In their order, with their type; docs/output.md says what each one means.
COLUMNS = {
    "row_id": "text",
    "account_id": "int64",
    "source": "word",
    "match_method": "word",
    "match_confidence": "word",
    "match_group": "int32",
    "phone": "text",
    "phone_e164": "text",
    "phone_region": "text",
    "phone_source": "word",
    "saved_phone": "text",
    "user_phone": "text",
    "saved_first_name": "text",
    "saved_last_name": "text",
    "saved_at": "time",
    "saved_at_unix": "int32",
    "user_id": "int64",
    "is_min": "bool",
    "first_name": "text",
    "last_name": "text",
    "username": "text",
    "usernames": "usernames",
    "is_contact": "bool",
    "is_mutual": "bool",
    "user_mutual_flag": "bool",
    "is_close_friend": "bool",
    "is_deleted": "bool",
    "is_bot": "bool",
    "is_self": "bool",
    "is_premium": "bool",
    "is_verified": "bool",
    "is_scam": "bool",
    "is_fake": "bool",
    "is_support": "bool",
    "is_restricted": "bool",
    "has_photo": "bool",
    "lang_code": "text",
    "status": "word",
    "status_at": "time",
    "status_by_me": "bool",
    "status_observed_at": "time",
    "raw_flags": "int32",
    "raw_flags2": "int32",
    "exported_at": "time",
    "layer": "int32",
    "note": "text",
    "birthday_day": "int32",
    "birthday_month": "int32",
    "birthday_year": "int32",
    "resolve_outcome": "word",
    "resolved_user_id": "int64",
    "top_correspondent": "double",
    "top_phone_call": "double",
    "top_inline_bot": "double",
}
NEVER_NULL = {
    "row_id",
    "account_id",
    "source",
    "match_method",
    "match_confidence",
    "status",
    "exported_at",
    "layer",
}
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "word": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "bool": "BOOLEAN",
    "double": "DOUBLE",
    "time": "TIMESTAMP WITH TIME ZONE",
    "usernames": "STRUCT(username VARCHAR, editable BOOLEAN, active BOOLEAN)[]",
}


def kind(arrow_type: pa.DataType) -> str:
    """The name that `COLUMNS` has for an Arrow type; Arrow's own text for any other."""
    if pa.types.is_dictionary(arrow_type) and pa.types.is_string(arrow_type.value_type):
        return "word"
    if pa.types.is_list(arrow_type) and pa.types.is_struct(arrow_type.value_type):
        members = {field.name: str(field.type) for field in arrow_type.value_type}
        if members == {"username": "string", "editable": "bool", "active": "bool"}:
            return "usernames"
    names = {"string": "text", "timestamp[us, tz=UTC]": "time"}
    return names.get(str(arrow_type), str(arrow_type))


def parquet_table(folder: Path) -> pa.Table:
    """contacts.parquet."""
    return pq.read_table(folder / "contacts.parquet")


def parquet_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of contacts.parquet; a row_id must be unique."""
    rows: list[dict[str, Any]] = parquet_table(folder).to_pylist()
    assert len({row["row_id"] for row in rows}) == len(rows), "a row_id stands twice"
    return rows


def csv_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of contacts.csv, every cell as text."""
    with (folder / "contacts.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def manifest(folder: Path) -> dict[str, Any]:
    """manifest.json."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def digest_and_size(path: Path) -> tuple[str, int]:
    """A file's SHA-256 in hex, and its length."""
    content = path.read_bytes()
    return sha256(content).hexdigest(), len(content)


def csv_cell_means(cell: str, value: object) -> bool:
    """Whether a CSV cell says the same as a value of the Parquet file; null and empty text are one cell."""
    match value:
        case None:
            return cell == ""
        case bool():
            return cell == ("true" if value else "false")
        case datetime():
            return cell.endswith("Z") and datetime.fromisoformat(cell) == value
        case list():
            return bool(json.loads(cell) == value)
        case _:
            return cell == str(value)
