"""QR pictures at the pace of a mailing: segno draws one symbol in 2–12 ms, this one in some 0.1 ms.

A symbol of one version, level and mask is an affine function of its data bits. What does not depend on the data
(patterns, format, mask, the way the bits run) is taken once per version from a symbol that segno draws; the error
correction is a table over GF(256). Always level M and mask 0: every reader accepts any mask. Tests hold the result
against segno's, module by module.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import segno
from segno import consts

LEVEL = consts.ERROR_LEVEL_M
VERSION_MAX = 20
SCALE, BORDER = 4, 4
CROSS_PART = 7 / 46
BYTE_MODE = 0b0100
PADDING = (0xEC, 0x11)
DATA_MODULES = (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One version at level M and mask 0: its blank matrix, where each codeword bit goes, and its error correction
    tables.
    """

    version: int
    blank: np.ndarray
    places: np.ndarray
    groups: tuple[tuple[int, int, int], ...]
    words: int
    table: np.ndarray
    order: np.ndarray


def matrix(data: bytes) -> np.ndarray:
    """The modules of a payload, 1 for dark, without the border."""
    symbol = _symbol(_version(len(data)))
    words = _data_words(data, symbol)
    parity = []
    for count, start, size in symbol.groups:
        # The table is for the longest block; a shorter one is led by zeros, which add nothing.
        offset = symbol.table.shape[0] - size
        blocks = words[start : start + count * size].reshape(count, size)
        parity.append(np.bitwise_xor.reduce(symbol.table[np.arange(offset, offset + size), blocks], axis=1).ravel())
    whole = np.concatenate([words, *parity])[symbol.order]
    modules = symbol.blank.copy().ravel()
    modules[symbol.places] ^= np.unpackbits(whole)
    return modules.reshape(symbol.blank.shape)


def png(data: bytes, *, cross: bool = False) -> bytes:
    """A black and white PNG, four pixels a module and the border of four modules that the standard asks for.

    With a `cross` the Swiss one stands in the middle, where the error correction bears it.
    """
    modules = crossed(matrix(data)) if cross else matrix(data)
    size = len(modules) + 2 * BORDER
    # Four pixels a module: two modules make a byte. The width is odd, so one column is added that no reader looks at.
    page = np.zeros((size, size + 1), dtype=np.uint8)
    page[BORDER:-BORDER, BORDER : size - BORDER] = modules
    packed = ~(page[:, 0::2] * np.uint8(0xF0) | page[:, 1::2] * np.uint8(0x0F))
    # The first line of a module is written out (filter 0), the next three are "as above" (filter 2, all zero).
    lines = np.zeros((size, SCALE, packed.shape[1] + 1), dtype=np.uint8)
    lines[:, 0, 1:] = packed
    lines[:, 1:, 0] = 2
    header = struct.pack(">IIBBBBB", size * SCALE, size * SCALE, 1, 0, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 1)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def svg(data: bytes, *, cross: bool = False) -> str:
    """The same symbol as SVG, for printed letters and pages; segno draws it."""
    drawn = _drawn(data)
    return _with_cross(str(drawn.svg_inline(border=BORDER)), drawn, cross)


def svg_file(data: bytes, *, cross: bool = False) -> str:
    """The same as a file of its own: with its namespace, without a size."""
    out, drawn = io.BytesIO(), _drawn(data)
    drawn.save(out, kind="svg", border=BORDER, xmldecl=False, omitsize=True, light="#fff")
    return _with_cross(out.getvalue().decode(), drawn, cross)


def crossed(modules: np.ndarray) -> np.ndarray:
    """The Swiss cross over the middle: white, black within, the cross white; 7 of the 46 mm of a printed symbol."""
    side = round(len(modules) * CROSS_PART) // 2 * 2 + 1
    start = (len(modules) - side) // 2
    arm, middle = max(1, side // 3), side // 2
    block = np.zeros((side, side), dtype=np.uint8)
    block[1:-1, 1:-1] = 1
    reach = slice(middle - arm // 2, middle + arm // 2 + 1)
    block[reach, 2:-2] = block[2:-2, reach] = 0
    found = modules.copy()
    found[start : start + side, start : start + side] = block
    return found


def _with_cross(svg_text: str, drawn: segno.QRCode, cross: bool) -> str:
    """The cross in its exact proportions: 7 mm white, 6 mm black, arms of 3.9 by 1.17 mm (QR-bill, style guide)."""
    if not cross:
        return svg_text
    width, _ = drawn.symbol_size(border=BORDER)
    middle, millimetre = width / 2, (width - 2 * BORDER) / 46

    def box(across: float, down: float, fill: str) -> str:
        x, y = middle - across * millimetre / 2, middle - down * millimetre / 2
        return f'<rect x="{x:.2f}" y="{y:.2f}" width="{across * millimetre:.2f}" height="{down * millimetre:.2f}" fill="{fill}"/>'

    boxes = box(7, 7, "#fff") + box(6, 6, "#000") + box(3.9, 1.17, "#fff") + box(1.17, 3.9, "#fff")
    return svg_text.replace("</svg>", f"{boxes}</svg>")


def _drawn(data: bytes) -> segno.QRCode:
    return segno.make_qr(data, mode="byte", error="m", version=_version(len(data)), mask=0, boost_error=False)


def _version(size: int) -> int:
    for version in range(1, VERSION_MAX + 1):
        if size <= _capacity(version):
            return version
    raise ValueError(f"{size} bytes do not fit a QR code of version {VERSION_MAX}")


@lru_cache(maxsize=VERSION_MAX)
def _capacity(version: int) -> int:
    words = sum(count * size for count, _, size in _groups(version))
    return words - (2 if version < 10 else 3)


def _groups(version: int) -> list[tuple[int, int, int]]:
    """Blocks of a version at our level: how many, codewords in all, codewords of data (ISO 18004, table 9)."""
    table: Any = consts.ECC
    return [(group.num_blocks, group.num_total, group.num_data) for group in table[version][LEVEL]]


def _data_words(data: bytes, symbol: Symbol) -> np.ndarray:
    """Mode, length, data, terminator and padding as codewords."""
    count_bits = 8 if symbol.version < 10 else 16
    bits = ((BYTE_MODE << count_bits | len(data)) << 8 * len(data) | int.from_bytes(data, "big")) << 4
    head = bits.to_bytes((4 + count_bits) // 8 + len(data) + 1, "big")
    padding = bytes(PADDING) * (symbol.words // 2 + 1)
    return np.frombuffer((head + padding)[: symbol.words], dtype=np.uint8)


@lru_cache(maxsize=VERSION_MAX)
def _symbol(version: int) -> Symbol:
    groups = _groups(version)
    sizes = [size for count, _, size in groups for _ in range(count)]
    runs, start = [], 0
    for count, _, size in groups:
        runs.append((count, start, size))
        start += count * size
    parity_size = groups[0][1] - groups[0][2]
    drawn = segno.make_qr(b"", mode="byte", error="m", version=version, mask=0, boost_error=False)
    kinds = np.array([list(row) for row in drawn.matrix_iter(border=0, verbose=True)])
    is_data = np.isin(kinds, DATA_MODULES)
    # segno labels this one as format information; it holds data (ISO 18004, figure 25).
    is_data[8, len(kinds) - 9] = True
    places = _places(is_data)[: 8 * (start + parity_size * len(sizes))]
    rows, columns = np.indices(kinds.shape)
    mask = ((rows + columns) % 2 == 0).astype(np.uint8)
    blank = np.where(is_data, mask, kinds > 0xFF).astype(np.uint8)
    table = _parity_table(max(sizes), parity_size)
    return Symbol(version, blank, places, tuple(runs), start, table, _order(sizes, parity_size))


def _places(is_data: np.ndarray) -> np.ndarray:
    """Where the bits go, in order: columns of two from the right, up and down in turn, past the timing column (ISO
    18004, 7.7.3).
    """
    size = len(is_data)
    places = []
    upwards = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(size - 1, -1, -1) if upwards else range(size):
            places += [row * size + column for column in (right, right - 1) if is_data[row, column]]
        upwards = not upwards
    return np.array(places)


def _order(sizes: list[int], parity_size: int) -> np.ndarray:
    """Codewords interleaved over the blocks: first all data, then all parity."""
    starts = np.cumsum([0, *sizes])
    data = [starts[block] + word for word in range(max(sizes)) for block, size in enumerate(sizes) if word < size]
    parity = [starts[-1] + block * parity_size + word for word in range(parity_size) for block in range(len(sizes))]
    return np.array([*data, *parity])


def _parity_table(size: int, parity_size: int) -> np.ndarray:
    """For each place in a block and each byte there: what it adds to the parity words (Reed–Solomon over GF(256),
    0x11D).
    """
    exp, log = [1] * 512, [0] * 256
    for power in range(1, 512):
        doubled = exp[power - 1] << 1
        exp[power] = doubled ^ 0x11D if doubled & 0x100 else doubled
    for power in range(255):
        log[exp[power]] = power

    def times(one: int, other: int) -> int:
        return exp[log[one] + log[other]] if one and other else 0

    generator = [1]
    for power in range(parity_size):
        longer = [*generator, 0]
        for place, value in enumerate(generator):
            longer[place + 1] ^= times(value, exp[power])
        generator = longer
    # From the last place forward: the parity of a 1 there is the generator's tail, each place before it one division
    # step more.
    remainder = generator[1:]
    units = []
    for _ in range(size):
        units.append(remainder)
        lead, *rest = remainder
        remainder = [value ^ times(lead, tail) for value, tail in zip([*rest, 0], generator[1:], strict=True)]
    table = [[[times(byte, value) for value in unit] for byte in range(256)] for unit in reversed(units)]
    return np.array(table, dtype=np.uint8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
