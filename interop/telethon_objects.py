"""Objects of Telegram's API made with Telethon's classes, each with the JSON that `cargo xtask tl` has for it.

The values come from a seed. What an object holds is read from the schema's text here, by a parser of a few lines, and
written by Telethon: of our own code, only the schema file takes part.
"""

import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter, signature
from itertools import zip_longest
from pathlib import Path
from typing import Any

from telethon.tl.alltlobjects import tlobjects

SCHEMA = Path(__file__).resolve().parent.parent / "schema" / "api.tl"
# The objects that the Rust tests read, and how they were made.
KEPT = Path(__file__).resolve().parent.parent / "crates" / "tl-dynamic" / "vectors" / "telethon.jsonl"
KEPT_SEED, KEPT_CONSTRUCTORS, KEPT_METHODS, KEPT_BYTES = 45, 300, 240, 600
MAX_DEPTH = 4
# Telethon's names for what Python or Telethon itself has another use for.
_RENAMED = {"self": "is_self", "from": "from_"}
_TEXTS = ("", "Ада", 'O\'Neil, "Jr"\n', "漢字 🙂", "x" * 253, "y" * 254, "z" * 257)


@dataclass(frozen=True)
class Field:
    """`name:type`, perhaps behind a bit of a word of flags."""

    name: str
    type: str
    word: str | None
    bit: int


@dataclass(frozen=True)
class Declaration:
    """A constructor or a method."""

    name: str
    id: int
    fields: tuple[Field, ...]
    result: str
    is_method: bool


@dataclass(frozen=True)
class Made:
    """An object, as Telethon has it and as our JSON has it."""

    declaration: Declaration
    telethon: Any
    json: dict[str, Any]

    @property
    def bytes(self) -> bytes:
        """As Telethon writes it."""
        return bytes(self.telethon)


def declarations() -> list[Declaration]:
    """Everything in the schema, in its order."""
    found, is_method = [], False
    for line in SCHEMA.read_text().splitlines():
        if line.startswith("---"):
            is_method = line == "---functions---"
        match = re.fullmatch(r"([\w.]+)#([0-9a-f]{8}) (?:\{X:Type\} )?(.*)= ([\w.<>]+);", line)
        if match is None:
            continue
        name, number, fields, result = match.groups()
        read = tuple(_field(text) for text in fields.split())
        found.append(Declaration(name, int(number, 16), read, result, is_method))
    return found


def _field(text: str) -> Field:
    name, kind = text.split(":")
    match = re.fullmatch(r"(\w+)\.(\d+)\?(.+)", kind)
    return Field(name, match[3], match[1], int(match[2])) if match else Field(name, kind, None, 0)


class Maker:
    """Makes objects of whatever both the schema and Telethon have under one id."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        shared = [one for one in declarations() if self._is_shared(one)]
        self._types: dict[str, list[Declaration]] = defaultdict(list)
        for one in shared:
            if not one.is_method:
                self._types[one.result].append(one)
        self._height = self._heights(shared)
        self.declarations = [one for one in shared if one.name in self._height]

    @staticmethod
    def _is_shared(one: Declaration) -> bool:
        known = tlobjects.get(one.id)
        # Telethon's reader has these as values: they are no objects to it
        return known is not None and (one.is_method or one.result not in ("Bool", "True", "Null"))

    def _heights(self, shared: list[Declaration]) -> dict[str, int]:
        """How many objects lie inside each other at least; without those that need something Telethon lacks."""
        height: dict[str, int] = {}
        for step in range(20):
            for one in shared:
                needed = [field.type for field in one.fields if field.word is None and field.type != "#"]
                if one.name not in height and all(self._is_within(kind, height, step) for kind in needed):
                    height[one.name] = step
        return height

    def _is_within(self, kind: str, height: dict[str, int], step: int) -> bool:
        if kind not in self._types:
            return kind in _PLAIN or kind.startswith("Vector<") or kind == "!X"
        return any(height.get(one.name, step) < step for one in self._types[kind])

    def make(self, one: Declaration, depth: int = 0, share: float = 0.5) -> Made:
        """An object with random values and that share of its optional fields, of those inside it a random half."""
        words: dict[str, int] = {field.name: 0 for field in one.fields if field.type == "#"}
        parameters = signature(tlobjects[one.id].__init__).parameters
        arguments, values = {}, {}
        for field in one.fields:
            name = _RENAMED.get(field.name, field.name)
            # a true field that Telethon's layer does not have stays unset; one message class wants an optional field
            is_known, is_needed = name in parameters, name in parameters and parameters[name].default is Parameter.empty
            if field.type == "#":
                continue
            if field.word and not is_needed and not (is_known and self._is_given(one, field, words, depth, share)):
                continue
            arguments[name], values[field.name] = self._value(field, depth)
            if field.word:
                words[field.word] |= 1 << field.bit
        ordered = {field.name: words.get(field.name, values.get(field.name)) for field in one.fields}
        shown = {key: value for key, value in ordered.items() if value is not None}
        return Made(one, tlobjects[one.id](**arguments), {"_": one.name, **shown})

    def _is_given(self, one: Declaration, field: Field, words: dict[str, int], depth: int, share: float) -> bool:
        sharing = [other for other in one.fields if (other.word, other.bit) == (field.word, field.bit)]
        if sharing[0] is not field:
            # fields on one bit come together or not at all
            return bool(words[str(field.word)] >> field.bit & 1)
        makeable = all(self._is_makeable(other.type) for other in sharing)
        return makeable and depth < MAX_DEPTH and self._random.random() < share

    def _is_makeable(self, kind: str) -> bool:
        inner = kind.removeprefix("Vector<").removesuffix(">")
        return inner in _PLAIN or inner == "true" or any(one.name in self._height for one in self._types[inner])

    def _value(self, field: Field, depth: int) -> tuple[Any, Any]:
        if field.type == "true":
            return True, True
        if field.type == "long" and field.name.endswith("_id"):
            # Telethon's message classes compute with the ids of peers, and expect them as they are in life
            value = self._random.randrange(1, 10**10)
            return value, str(value)
        # Telethon takes an optional Bool of false for an absent one
        return (True, True) if field.word and field.type == "Bool" else self._of_type(field.type, depth)

    def _of_type(self, kind: str, depth: int) -> tuple[Any, Any]:
        if kind in _PLAIN:
            plain: tuple[Any, Any] = _PLAIN[kind](self._random)
            return plain
        if kind.startswith("Vector<"):
            inner = kind.removeprefix("Vector<").removesuffix(">")
            count = self._random.randrange(3) if depth < MAX_DEPTH and self._is_makeable(inner) else 0
            items = [self._of_type(inner, depth + 1) for _ in range(count)]
            return [item for item, _ in items], [shown for _, shown in items]
        choices = self._queries() if kind == "!X" else [one for one in self._types[kind] if one.name in self._height]
        if depth >= MAX_DEPTH:
            choices = [min(choices, key=lambda one: (self._height[one.name], len(one.fields)))]
        made = self.make(self._random.choice(choices), depth + 1)
        return made.telethon, made.json

    def _queries(self) -> list[Declaration]:
        return [one for one in self.declarations if one.is_method and not any(f.type == "!X" for f in one.fields)]


def _int(source: random.Random) -> tuple[int, int]:
    value = source.choice((0, 1, 2**31 - 1, source.randrange(2**31)))
    return value, value


def _long(source: random.Random) -> tuple[int, str]:
    value = source.choice((-1, -(2**63), 2**63 - 1, source.randrange(2**63)))
    return value, str(value)


def _double(source: random.Random) -> tuple[float, float]:
    value = source.uniform(-180.0, 180.0)
    return value, value


def _truth(source: random.Random) -> tuple[bool, bool]:
    value = source.random() < 0.5
    return value, value


def _text(source: random.Random) -> tuple[str, str]:
    short = "".join(source.choices("aZ0 жé🙂", k=source.randrange(9)))
    value = source.choice(_TEXTS) if source.random() < 0.2 else short
    return value, value


def _bytes(source: random.Random) -> tuple[bytes, str]:
    value = source.randbytes(source.choice((0, 1, 3, 4, 16, 254)))
    return value, value.hex()


def _wide(count: int) -> Any:
    def make(source: random.Random) -> tuple[int, str]:
        value = source.randbytes(count)
        return int.from_bytes(value, "little", signed=True), value.hex()

    return make


_PLAIN: dict[str, Any] = {
    "int": _int,
    "long": _long,
    "double": _double,
    "Bool": _truth,
    "string": _text,
    "bytes": _bytes,
    "int128": _wide(16),
    "int256": _wide(32),
}


def namespace(name: str) -> str:
    """`contacts` of `contacts.getSaved`."""
    return name.rpartition(".")[0]


def kept() -> Iterator[str]:
    """The lines of the file that the Rust tests read: constructors, then methods, of every namespace in turn.

    What has optional fields is there twice, if it is not too long: with all of them and with none.
    """
    maker = Maker(KEPT_SEED)
    for is_method, wanted in ((False, KEPT_CONSTRUCTORS), (True, KEPT_METHODS)):
        count = 0
        for one in _in_turn([one for one in maker.declarations if one.is_method == is_method]):
            shares = (1.0, 0.0) if any(field.word for field in one.fields) else (0.5,)
            made = [maker.make(one, depth=1, share=share) for share in shares]
            short = [written for written in made if len(written.bytes) <= KEPT_BYTES]
            for written in short:
                line = {"hex": written.bytes.hex(), "json": written.json}
                yield json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            count += bool(short)
            if count == wanted:
                break


def _in_turn(found: list[Declaration]) -> Iterator[Declaration]:
    by_space: dict[str, list[Declaration]] = defaultdict(list)
    for one in found:
        by_space[namespace(one.name)].append(one)
    # the wordiest first: they have the flags and the vectors
    queues = [sorted(space, key=lambda one: -len(one.fields)) for _, space in sorted(by_space.items())]
    return (one for turn in zip_longest(*queues) for one in turn if one is not None)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("telethon_objects.py --write: writes the objects that the Rust tests read")
    KEPT.write_text("\n".join(kept()) + "\n")
