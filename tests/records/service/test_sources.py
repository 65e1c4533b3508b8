import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.service.sources import (
    MIB,
    Limits,
    Meter,
    Piece,
    Refused,
    decode,
    read_path,
)

RESOURCE = b'{"resourceType":"Patient","id":"%d"}'
SMALL = Limits(
    document=2000, line=400, file=5 * MIB, unpacked=10 * MIB, ratio=50, files=20, lines=3
)


def read(path: Path, limits: Limits = SMALL) -> list[Piece | Refused]:
    return list(read_path(path, path.name, limits))


def pieces(path: Path, limits: Limits = SMALL) -> list[Piece]:
    return [each for each in read(path, limits) if isinstance(each, Piece)]


def reasons(path: Path, limits: Limits = SMALL) -> list[tuple[str, int, str]]:
    found = [each for each in read(path, limits) if isinstance(each, Refused)]
    return [(each.file, each.entry, each.reason) for each in found]


def write_zip(path: Path, files: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_a_document_is_one_item(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(b'\xef\xbb\xbf\n {"resourceType": "Patient"}')

    (piece,) = pieces(path)

    assert (piece.items, piece.is_lines) == ([{"resourceType": "Patient"}], False)


@pytest.mark.parametrize("name", ["some.ndjson", "some.jsonl", "some.txt"])
def test_lines_are_read_some_at_a_time_and_keep_their_numbers(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\n".join(RESOURCE % n for n in range(1, 8)) + b"\r\n\r\n")

    found = pieces(path)

    assert [(p.first, [i["id"] for i in p.items if i]) for p in found] == [
        (1, ["1", "2", "3"]),
        (4, ["4", "5", "6"]),
        (7, ["7"]),
    ]
    assert all(piece.is_lines for piece in found)


def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "some.ndjson"
    lines = [RESOURCE % 1, b"{oops", RESOURCE % 3, b'{"x":"' + b"a" * 900 + b'"}', RESOURCE % 5]
    path.write_bytes(b"\n".join(lines))

    ids = [(p.first + n, i["id"]) for p in pieces(path) for n, i in enumerate(p.items) if i]

    assert ids == [(1, "1"), (3, "3"), (5, "5")]
    assert [(entry, why) for _, entry, why in reasons(path)] == [
        (2, "is no JSON"),
        (4, "is a line of more than 400 bytes"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "is empty"),
        (b"  \n\n ", "is empty"),
        (b"<Patient/>", "is no FHIR JSON, NDJSON or zip"),
        (b"[1, 2]", "is no FHIR JSON, NDJSON or zip"),
        (b"\x00\x01\x02", "is no FHIR JSON, NDJSON or zip"),
        (b'{"a": ', "is no JSON"),
        (b'{"a": "\xff\xfe"}', "is no JSON"),
        (b'{"a":' * 250 + b"1" + b"}" * 249, "is no JSON"),
        (b'{"a": "' + b"x" * 3000 + b'"}', "is one JSON document of more than 2000 bytes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, text: bytes, reason: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(text)

    ((file, entry, told),) = reasons(path)
    assert (file, entry) == ("bad.json", 0)
    assert told.startswith(reason)


def test_what_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)

    assert [why for *_, why in reasons(path, Limits())] == ["is nested too deeply"]


def test_a_folder_is_read_in_order_with_its_folders_and_without_what_is_hidden(
    tmp_path: Path,
) -> None:
    for name in ("b.json", "a/z.json", "a/y.json", ".hidden", ".git/x.json", "__MACOSX/q.json"):
        path = tmp_path / "all" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(RESOURCE % 1)

    assert [each.file for each in read(tmp_path / "all")] == ["b.json", "a/y.json", "a/z.json"]


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    for n in range(21):
        (tmp_path / f"{n}.json").write_bytes(RESOURCE % n)

    assert [why for *_, why in reasons(tmp_path)] == ["holds more than 20 files"]


def test_a_zip_is_read_with_its_folders(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "all.zip",
        {
            "fhir/b.json": RESOURCE % 2,
            "fhir/a.ndjson": RESOURCE % 1 + b"\n" + RESOURCE % 3,
            "__MACOSX/._b.json": b"junk",
            "notes.txt": b"not a resource",
        },
    )

    assert [piece.file for piece in pieces(path)] == [
        "all.zip/fhir/a.ndjson",
        "all.zip/fhir/b.json",
    ]
    assert reasons(path) == [("all.zip/notes.txt", 0, "is no FHIR JSON, NDJSON or zip")]


def test_a_zip_in_a_zip_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.json", RESOURCE % 1)
    path = write_zip(tmp_path / "outer.zip", {"inner.zip": inner.getvalue()})

    assert reasons(path) == [("outer.zip/inner.zip", 0, "is a zip inside a zip")]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.json", "w") as file,
    ):
        for _ in range(200):
            file.write(b" " * MIB)
    tracemalloc.start()

    told = reasons(path, Limits())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [why for *_, why in told] == [
        "holds a file packed more than 200 times; that is no health record"
    ]
    assert peak < 8 * MIB


def test_a_zip_with_a_list_without_end_is_refused_before_the_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4000):
            archive.writestr(f"{number:0200}", b"")
    tracemalloc.start()

    (refused,) = read_path(path, "many.zip", Limits(files=100))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(refused, Refused)
    assert refused.reason == "holds more than 100 files"
    assert peak < 400_000


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "much.zip",
        {f"{n}.json": b'{"a":"' + bytes(str(n), "ascii") * 10 + b'"}' for n in range(5)},
        zipfile.ZIP_STORED,
    )

    told = reasons(path, Limits(unpacked=50))
    assert [why for *_, why in told] == ["unpacks to 90 bytes; at most 50 are taken"]


def test_a_zip_that_lies_about_its_sizes_yields_no_more_than_it_says(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "liar.zip", {"x.json": b'{"a":"' + b"x" * 5000 + b'"}'})
    text = bytearray(path.read_bytes())
    central = text.rindex(b"PK\x01\x02")
    text[central + 24 : central + 28] = (10).to_bytes(4, "little")  # its size, unpacked
    path.write_bytes(bytes(text))

    assert reasons(path, Limits())[0][2] in ("is damaged in the zip", "is no JSON")


@pytest.mark.parametrize("at", [10, 40, -30, -1])
def test_a_damaged_zip_is_refused_and_never_a_crash(tmp_path: Path, at: int) -> None:
    path = write_zip(tmp_path / "bad.zip", {"x.json": RESOURCE % 1, "y.json": RESOURCE % 2})
    text = bytearray(path.read_bytes())
    text[at] ^= 0xFF
    path.write_bytes(bytes(text))

    for each in read(path):
        assert isinstance(each, Piece | Refused)


def test_a_locked_zip_is_named(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "locked.zip", {"x.json": RESOURCE % 1})
    text = bytearray(path.read_bytes())
    text[text.rindex(b"PK\x01\x02") + 8] |= 1  # encrypted
    path.write_bytes(bytes(text))

    assert reasons(path) == [("locked.zip/x.json", 0, "is locked with a password")]


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.ndjson"
    with path.open("wb") as file:
        file.truncate(200 * MIB)

    ((_, _, why),) = reasons(path)
    assert why == f"has {200 * MIB} bytes; at most {5 * MIB} are taken"


def test_a_large_file_of_lines_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.ndjson"
    line = json.dumps({"resourceType": "Patient", "id": "1", "x": "y" * 1000}).encode() + b"\n"
    with path.open("wb") as file:
        for _ in range(60):
            file.write(line * 1000)
    tracemalloc.start()

    count = sum(
        len(each.items) for each in read_path(path, "x", Limits()) if isinstance(each, Piece)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 60_000
    assert peak < 24 * MIB


def test_the_meter_ends_where_the_files_end(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(RESOURCE % 1)
    (tmp_path / "b.json").write_bytes(b"junk")
    write_zip(tmp_path / "c.zip", {"x.json": RESOURCE % 1})
    meter = Meter()

    list(read_path(tmp_path, "all", Limits(), meter))

    assert meter.done == meter.total > 0


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    ((_, _, why),) = reasons(tmp_path / "nowhere.json")

    assert why.startswith("cannot be read")


@given(st.binary(max_size=400))
def test_whatever_is_decoded_either_is_json_or_a_value_error(text: bytes) -> None:
    try:
        value: Any = decode(text)
    except ValueError:
        return

    json.dumps(value, default=str)
