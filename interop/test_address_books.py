"""The files for address books, by readers that we did not write: vobject, ical.js, Python's csv and json modules."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import vobject

import foreign_archive
import system_programs
from export_files import csv_rows, parquet_rows
from exporter import run_program

ICAL_JS = "2.2.1"
AWKWARD = [
    ("491700000001", "=cmd()|' /C calc'!A0", "+1"),
    ("491700000002", "two\nlines", "and\r\nmore"),
    ("491700000003", "a,b;c:d\\e", '"quoted"'),
    ("491700000004", "<script>alert(1)</script>", "&amp;"),
    ("491700000005", "NUL\0NUL", "\x07"),
    ("491700000006", "שלום \u202eevil\u202c", "مرحبا"),
    ("491700000007", "e\u0301\u0323\u200d\ufe0f", "👩‍👩‍👧‍👦🏳️‍🌈" * 12),
    ("491700000008", "\ufeffbom", "\U0001f33b\U00020000\U000e0001\U0010ffff"),
    ("42777", "  spaces  ", "\t tab"),
    ("", "no number", ""),
]


def name_of(row: dict[str, object]) -> tuple[str, str]:
    """First and last name as every address book gets them: those of the phone book, or else of the account."""
    saved = (str(row["saved_first_name"] or ""), str(row["saved_last_name"] or ""))
    return saved if any(saved) else (str(row["first_name"] or ""), str(row["last_name"] or ""))


def in_vcard(text: str) -> str:
    """What is left of a text in a vCard: any line break is one, other control characters are U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\ufffd" if (ord(c) < 32 and c not in "\t\n") or ord(c) == 127 else c for c in text)


@pytest.fixture(scope="module")
def awkward(exporter_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that `convert` writes from an archive of awkward people."""
    home = tmp_path_factory.mktemp("awkward")
    foreign_archive.write(home / "archive.tkx", AWKWARD)
    formats = "parquet,csv,jsonl,vcard,vcard3,google,outlook"
    run_program(exporter_program, home, "convert", home / "archive.tkx", "--out", home / "out", "--format", formats)
    return home / "out"


def test_the_tables_hold_every_awkward_name(awkward: Path) -> None:
    rows = parquet_rows(awkward)
    assert [(row["saved_phone"], row["saved_first_name"], row["saved_last_name"]) for row in rows] == AWKWARD
    assert {row["account_id"] for row in rows} == {4711}
    told = [(row["saved_phone"], row["saved_first_name"], row["saved_last_name"]) for row in csv_rows(awkward)]
    assert told == AWKWARD


@pytest.mark.parametrize(("name", "version"), [("contacts.vcf", "4.0"), ("contacts-v3.vcf", "3.0")])
@pytest.mark.parametrize("folder", ["all_formats", "awkward"])
def test_vobject_reads_every_card(request: pytest.FixtureRequest, folder: str, name: str, version: str) -> None:
    path: Path = request.getfixturevalue(folder)
    rows = parquet_rows(path)
    content = (path / name).read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    cards = list(vobject.readComponents(content.decode("utf-8")))
    assert len(cards) == len(rows)
    for card, row in zip(cards, rows, strict=True):
        assert card.version.value == version
        first, last = name_of(row)
        assert (card.n.value.given, card.n.value.family) == (in_vcard(first), in_vcard(last))
        assert card.fn.value != ""
        phone = card.tel.value if hasattr(card, "tel") else None
        full = row["phone_e164"]
        assert phone == (f"tel:{full}" if full and version == "4.0" else full or row["phone"])
        if row["user_id"] is not None:
            assert card.x_telegram_id.value == str(row["user_id"])
    uids = [card.uid.value for card in cards]
    assert len(set(uids)) == len(uids)


@pytest.fixture(scope="module")
def ical_js(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script that reads cards, beside the exact ical.js that it needs."""
    node, npm = system_programs.demand("node", "npm", packages=("nodejs", "npm"))
    folder = tmp_path_factory.mktemp("node")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), f"ical.js@{ICAL_JS}"]
    if subprocess.run(install, capture_output=True, timeout=300, check=False).returncode != 0:
        pytest.skip("ical.js cannot be installed with npm")
    shutil.copy(Path(__file__).with_name("read_cards.mjs"), folder)
    assert node
    return folder / "read_cards.mjs"


@pytest.mark.parametrize(("name", "version"), [("contacts.vcf", "4.0"), ("contacts-v3.vcf", "3.0")])
@pytest.mark.parametrize("folder", ["all_formats", "awkward"])
def test_ical_js_reads_every_card(
    request: pytest.FixtureRequest, ical_js: Path, folder: str, name: str, version: str
) -> None:
    path: Path = request.getfixturevalue(folder)
    rows = parquet_rows(path)
    ended = subprocess.run(["node", str(ical_js), str(path / name)], capture_output=True, timeout=120, check=True)
    cards = json.loads(ended.stdout)
    assert len(cards) == len(rows)
    for (kind, properties, _), row in zip(cards, rows, strict=True):
        found = {key: (value_kind, value) for key, _, value_kind, value in properties}
        assert (kind, found["version"][1]) == ("vcard", version)
        first, last = name_of(row)
        assert found["n"][1][:2] == [in_vcard(last), in_vcard(first)]
        full = row["phone_e164"]
        if version == "4.0" and full:
            assert found["tel"] == ("uri", f"tel:{full}")
        else:
            assert found.get("tel", ("", None))[1] == (full or row["phone"])
        exported_at = row["exported_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        assert found["rev"][1] == exported_at


def test_a_card_keeps_its_uid_from_export_to_export(exporter_program: Path, tmp_path: Path) -> None:
    uids = []
    for number, people in enumerate((AWKWARD[:3], AWKWARD[1:5])):
        archive, out = tmp_path / f"{number}.tkx", tmp_path / str(number)
        foreign_archive.write(archive, people)
        run_program(exporter_program, tmp_path, "convert", archive, "--out", out, "--format", "vcard", "--no-raw")
        cards = vobject.readComponents((out / "contacts.vcf").read_text(encoding="utf-8"))
        uids.append({card.tel.value: card.uid.value for card in cards})
    both = uids[0].keys() & uids[1].keys()
    assert len(both) == 2
    assert all(uids[0][phone] == uids[1][phone] for phone in both)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("contacts-google.csv", ("First Name", "Last Name", "Phone 1 - Value")),
        ("contacts-outlook.csv", ("First Name", "Last Name", "Mobile Phone")),
    ],
)
def test_google_and_outlook_get_names_and_numbers(awkward: Path, name: str, columns: tuple[str, ...]) -> None:
    with (awkward / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    found = [tuple(row[column] for column in columns) for row in rows]
    numbers = [f"+{phone}" if len(phone) > 6 else phone for phone, _, _ in AWKWARD]
    names = [(first.replace("\0", "\ufffd"), last.replace("\0", "\ufffd")) for _, first, last in AWKWARD]
    assert found == [(*name, number) for name, number in zip(names, numbers, strict=True)]


def test_green_api_gets_the_people_with_an_account(all_formats: Path) -> None:
    people = json.loads((all_formats / "contacts-green-api.json").read_text(encoding="utf-8"))
    rows = [row for row in parquet_rows(all_formats) if row["user_id"] is not None]
    assert [person["chatId"] for person in people] == [str(row["user_id"]) for row in rows]
    numbers = [int((row["phone_e164"] or "+0")[1:]) for row in rows]
    assert [person["phoneNumber"] for person in people] == numbers
    assert {frozenset(person) for person in people} == {
        frozenset(("chatId", "name", "contactName", "type", "phoneNumber", "username"))
    }
