"""docs/protocol.md section 3.3: batches of readings and intervals."""

import zstandard

from primitives import must

MAX_DECODED, MAX_ROWS = 1 << 20, 3600
READINGS, INTERVALS = 0, 1


def decode(data):
    """(kind, form, [{code: number}, …]); the time of a row has the code `time`."""
    must(len(data) >= 2 and data[0] == 1, "a batch is of version 1")
    payload = data[2:] if data[1] == 0 else _unpacked(data[2:])
    must(data[1] in (0, 1), "a batch is stored or zstd")
    kind, form, rest = payload[0], payload[1], payload[2:]
    count, rest = _varint(rest)
    must(count <= MAX_ROWS, "a batch has at most 3,600 rows")
    rows = [{} for _ in range(count)]
    if rows:
        rest = _fill(rows, "time", rest)
    code = -1
    while rest:
        must(rest[0] > code, "columns ascend")
        code = rest[0]
        rest = _fill(rows, code, rest[1:])
    return kind, form, rows


def _unpacked(frame):
    size = zstandard.frame_content_size(frame)
    must(0 <= size <= MAX_DECODED, "a frame says its size, and it is small")
    return zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)


def _fill(rows, code, data):
    length, data = _varint(data)
    for row, value in zip(rows, _column(data[:length], len(rows))):
        if value is not None:
            row[code] = value
    return data[length:]


def _column(data, rows):
    mode, data = data[0], data[1:]
    must(mode & 3 != 3 and mode < 16, "a column has a known mode")
    present = [True] * rows
    if mode & 4:
        bitmap, data = data[: (rows + 7) // 8], data[(rows + 7) // 8 :]
        present = [bool(bitmap[row // 8] >> row % 8 & 1) for row in range(rows)]
    scale = 1
    if mode & 8:
        scale, data = _varint(data)
    values, first, value, delta = [], None, 0, 0
    for row in range(rows):
        if not present[row]:
            values.append(None)
            continue
        step, data = _signed(data) if data else (0, data)
        if first is None:
            first = value = step
        elif mode & 3 == 0:
            value = first + step * scale
        elif mode & 3 == 1:
            value += step * scale
        else:
            delta += step * scale
            value += delta
        values.append(value)
    must(not data, "a column has no more numbers than rows")
    return values


def _varint(data):
    value = 0
    for index, byte in enumerate(data[:10]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, data[index + 1 :]
    must(False, "a number ends")


def _signed(data):
    value, data = _varint(data)
    return value >> 1 ^ -(value & 1), data
