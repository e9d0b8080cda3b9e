"""Reads a QR code from what a program has written to a terminal: half blocks to an image, then a decoder of others."""

import re

import numpy
import zxingcpp

MODULE_PIXELS = 8
# For each character: whether the upper and the lower half of the cell are dark.
HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"
LINE = re.compile(re.escape(BLACK_ON_WHITE) + "([ ▀▄█]+)" + re.escape("\x1b[0m"))


def links_on(screen: str) -> list[str]:
    """What every code that was drawn whole says, oldest first. Each is drawn as lines of one length."""
    found: list[str] = []
    lines: list[str] = []
    for text in LINE.findall(screen):
        lines.append(text)
        if len(lines) * 2 >= len(text):
            found += _decoded(lines)
            lines = []
    return found


def _decoded(lines: list[str]) -> list[str]:
    rows: list[list[int]] = []
    for line in lines:
        rows.append([HALVES[cell][0] for cell in line])
        rows.append([HALVES[cell][1] for cell in line])
    light = 255 - 255 * numpy.array(rows, dtype=numpy.uint8)
    image = numpy.kron(light, numpy.ones((MODULE_PIXELS, MODULE_PIXELS), dtype=numpy.uint8))
    return [code.text for code in zxingcpp.read_barcodes(image)]
