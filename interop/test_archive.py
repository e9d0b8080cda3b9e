"""The raw archive by its document: written here and converted by the program, written by the program and read here."""

import subprocess
from pathlib import Path

import foreign_archive
import system_programs
from export_files import parquet_rows
from exporter import run_program

PEOPLE = [("491700000001", "Ada", "Lovelace"), ("42777", "two\nlines", "=1+1"), ("", "NUL\0", "🌻")]


def test_a_foreign_archive_gives_its_people(exporter_program: Path, tmp_path: Path) -> None:
    foreign_archive.write(tmp_path / "archive", PEOPLE)
    run_program(exporter_program, tmp_path, "convert", tmp_path / "archive", "--out", tmp_path / "out")
    rows = parquet_rows(tmp_path / "out")
    assert [(row["saved_phone"], row["saved_first_name"], row["saved_last_name"]) for row in rows] == PEOPLE
    assert {row["account_id"] for row in rows} == {4711}
    # the archive that is written again holds what this version has a use for
    _, replies = foreign_archive.read(tmp_path / "out" / "archive.tkx")
    assert set(replies) == {"contacts.getSaved", "contacts.getContacts", "contacts.getStatuses"}


def test_our_archive_is_what_its_document_says(all_formats: Path) -> None:
    run, replies = foreign_archive.read(all_formats / "archive.tkx")
    rows = parquet_rows(all_formats)
    assert (run["account_id"], run["layer"]) == (rows[0]["account_id"], rows[0]["layer"])
    saved = replies["contacts.getSaved"]
    assert saved[:4] == foreign_archive.VECTOR
    assert int.from_bytes(saved[4:8], "little") == sum(row["source"] != "contact" for row in rows)


def test_one_changed_byte_anywhere_is_exit_code_20(exporter_program: Path, tmp_path: Path) -> None:
    foreign_archive.write(tmp_path / "archive", PEOPLE)
    whole = (tmp_path / "archive").read_bytes()
    for at in range(0, len(whole), 31):
        (tmp_path / "archive").write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        run_program(exporter_program, tmp_path, "convert", tmp_path / "archive", "--out", tmp_path / "out", expect=20)
    assert not (tmp_path / "out").exists()


def test_the_other_age_opens_what_ours_has_sealed_and_the_other_way_round(
    exporter_program: Path, all_formats: Path, tmp_path: Path
) -> None:
    age, keygen = system_programs.demand("age", "age-keygen", packages=("age",))
    key = tmp_path / "key.txt"
    subprocess.run([keygen, "-o", str(key)], check=True, capture_output=True)
    recipient = subprocess.run([keygen, "-y", str(key)], check=True, capture_output=True, text=True).stdout.strip()
    options = ("--format", "csv", "--encrypt", recipient)
    run_program(exporter_program, tmp_path, "convert", all_formats, "--out", tmp_path / "sealed", *options)
    sealed, opened = tmp_path / "sealed" / "archive.tkx.age", tmp_path / "opened.tkx"
    subprocess.run([age, "-d", "-i", str(key), "-o", str(opened), str(sealed)], check=True)
    assert opened.read_bytes() == (all_formats / "archive.tkx").read_bytes()

    theirs = tmp_path / "theirs.age"
    subprocess.run([age, "-r", recipient, "-o", str(theirs), str(opened)], check=True)
    run_program(exporter_program, tmp_path, "convert", theirs, "--identity", key, "--out", tmp_path / "again")
    written = [(folder / "contacts.csv").read_bytes() for folder in (tmp_path / "again", all_formats)]
    assert written[0] == written[1]
