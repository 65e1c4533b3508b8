"""Whoever is looked at in an emergency is told at once, and so is who decides for her."""

from dataclasses import replace
from datetime import timedelta

import pytest

from asklepion.kit.errors import Busy, Unauthenticated
from asklepion.records.service import notices

from ..conftest import Office
from ..people import AMARA_ASKS, JONAS, JONAS_ASKS, MEI, MEI_ASKS, STRANGER_ASKS, patient
from .test_rules import MOTHER_ASKS, relative

HOUR = timedelta(hours=1)
WHY = "She lies unconscious."


async def break_glass(office: Office, whom: str = MEI) -> str:
    asking = replace(AMARA_ASKS, visit=None)
    made = await office.records.emergencies.open(asking, whom, WHY, HOUR)
    await office.hear()
    return made.id


async def test_she_is_told_within_a_moment_and_nobody_else_is(full: Office) -> None:
    hers, his = (full.records.notices.watch(asking) for asking in (MEI_ASKS, JONAS_ASKS))
    assert [await anext(hers), await anext(his)] == [{"kind": "listening"}] * 2

    first = await break_glass(full)
    second = await break_glass(full, JONAS)

    assert await anext(hers) == {"kind": "emergency", "id": first, "patient": MEI}
    assert await anext(his) == {"kind": "emergency", "id": second, "patient": JONAS}
    await hers.aclose()
    await his.aclose()


async def test_a_mother_is_told_for_her_child(full: Office) -> None:
    await full.keep(patient(MEI, born="2018-03-02"), relative("MTH"))
    stream = full.records.notices.watch(MOTHER_ASKS)
    await anext(stream)

    id = await break_glass(full)

    assert await anext(stream) == {"kind": "emergency", "id": id, "patient": MEI}
    await stream.aclose()


async def test_who_decides_no_longer_is_not_told(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "TICK_S", 0.05)
    await full.keep(patient(MEI, born="2018-03-02"), relative("MTH"))
    stream = full.records.notices.watch(MOTHER_ASKS)
    await anext(stream)
    await full.keep(relative("MTH", active=False))

    await break_glass(full)

    assert await anext(stream) == {"kind": "quiet"}
    await stream.aclose()


async def test_a_stranger_hears_nothing_and_nobody_listens_without_end(full: Office) -> None:
    with pytest.raises(Unauthenticated):
        await anext(full.records.notices.watch(STRANGER_ASKS))
    streams = [full.records.notices.watch(MEI_ASKS) for _ in range(notices.MOST_STREAMS)]
    for stream in streams:
        await anext(stream)

    with pytest.raises(Busy):
        await anext(full.records.notices.watch(MEI_ASKS))

    for stream in streams:
        await stream.aclose()
    last = full.records.notices.watch(MEI_ASKS)
    assert await anext(last) == {"kind": "listening"}
    await last.aclose()
