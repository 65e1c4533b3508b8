import json
import logging
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.clock import StoppedClock, from_us, to_iso, to_us
from asklepion.kit.errors import Fault
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log, write_logs

moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(moments)
def test_a_moment_survives_being_kept(moment: datetime) -> None:
    assert from_us(to_us(moment)) == moment


@given(moments, moments)
def test_ids_sort_by_the_moment_they_were_made(a: datetime, b: datetime) -> None:
    early, late = sorted((max(a, from_us(0)), max(b, from_us(0))))
    first, second = Ids(StoppedClock(early)).new(), Ids(StoppedClock(late)).new()

    if late - early >= timedelta(milliseconds=1):
        assert first < second


def test_ids_are_version_seven_uuids() -> None:
    id = uuid.UUID(Ids(StoppedClock(datetime(2026, 3, 1, tzinfo=UTC))).new())

    assert (id.version, id.variant) == (7, uuid.RFC_4122)


def test_an_instant_is_written_as_fhir_wants_it() -> None:
    assert to_iso(datetime(2026, 3, 1, 8, 30, 0, 250_999, UTC)) == "2026-03-01T08:30:00.250Z"


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    key = Keys(tmp_path / "keys").key("log")

    assert Keys(tmp_path / "keys").key("log") == key
    assert Keys(tmp_path / "keys").key("other") != key
    assert (tmp_path / "keys" / "log.key").stat().st_mode & 0o077 == 0


def test_a_damaged_key_is_an_error_and_never_a_new_key(tmp_path: Path) -> None:
    (tmp_path / "log.key").write_bytes(b"short")

    with pytest.raises(Fault, match="5 bytes"):
        Keys(tmp_path).key("log")


def test_a_fault_in_the_log_shows_its_place_but_not_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handlers = logging.getLogger().handlers[:]
    write_logs()
    try:
        raise ValueError("Mrs Example, born 1950")
    except ValueError as error:
        get_log("asklepion.test").fault("it broke", error, patient="p-1")
    logging.getLogger().handlers[:] = handlers

    line = json.loads(capsys.readouterr().err)

    assert line["event"] == "it broke"
    assert line["patient"] == "p-1"
    assert line["error"] == "ValueError"
    assert "test_kit.py" in line["trace"][0]
    assert "Example" not in json.dumps(line)
