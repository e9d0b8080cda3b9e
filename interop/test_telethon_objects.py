"""TL as Telethon writes it and as we do: every constructor and method that both have under one id."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from telethon.extensions import BinaryReader

from telethon_objects import KEPT, Made, Maker, declarations, kept, namespace

SEEDS = (1, 2, 3)
_WORDS = {one.name: {field.name for field in one.fields if field.type == "#"} for one in declarations()}


@pytest.fixture(scope="module", params=SEEDS)
def objects(request: pytest.FixtureRequest) -> list[Made]:
    """One object of every declaration that both have."""
    maker = Maker(request.param)
    return [maker.make(one) for one in maker.declarations]


def _tl(program: Path, verb: str, lines: list[str], folder: Path) -> list[str]:
    file = folder / f"{verb}.txt"
    file.write_text("\n".join(lines))
    command = [str(program), "tl", verb, "--lines", "--file", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stdout
    return answer.stdout.splitlines()


def test_there_are_enough_of_them(objects: list[Made]) -> None:
    """The comparison means something: of everything that has the same id in both layers, nothing is left out."""
    assert len(objects) >= 2400
    kinds = Counter(made.declaration.is_method for made in objects)
    assert kinds[True] >= 800
    assert kinds[False] >= 1600
    assert len({namespace(made.declaration.name) for made in objects}) >= 25


def test_our_json_of_telethons_bytes(xtask_program: Path, objects: list[Made], tmp_path: Path) -> None:
    """Every field arrives under its name, with its value."""
    read = _tl(xtask_program, "decode", [made.bytes.hex() for made in objects], tmp_path)
    for made, text in zip(objects, read, strict=True):
        assert json.loads(text) == made.json, made.declaration.name


def test_our_bytes_are_telethons(xtask_program: Path, objects: list[Made], tmp_path: Path) -> None:
    """From the values to the same bytes, with the words of flags computed by us."""
    bare = [json.dumps(_without_flags(made.json)) for made in objects]
    written = _tl(xtask_program, "encode", bare, tmp_path)
    for made, text in zip(objects, written, strict=True):
        assert text == made.bytes.hex(), made.declaration.name
        assert bytes(BinaryReader(bytes.fromhex(text)).tgread_object()) == made.bytes, made.declaration.name


def _without_flags(value: object) -> object:
    if isinstance(value, dict):
        words = _WORDS[value["_"]]
        return {key: _without_flags(inner) for key, inner in value.items() if key not in words}
    return [_without_flags(inner) for inner in value] if isinstance(value, list) else value


def test_the_kept_objects_are_these() -> None:
    """What the Rust tests read is what Telethon writes today."""
    assert KEPT.read_text().splitlines() == list(kept()), "run telethon_objects.py --write"
