from typing import Any

import pytest

from asklepion.app import House
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.records import Category
from asklepion.twin.engine.score_words import SHOWN
from asklepion.twin.wire import Scored
from tests.conftest import People

from .build import condition, lab, patient, well
from .test_service import HER, allow, bring_in, hers, his, record

PATH = "/api/twin/p-1/scores"


def by_name(scores: list[Scored]) -> dict[str, Scored]:
    return {one.name: one for one in scores}


def missing(of: Scored) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in of.missing}


async def test_every_score_comes_with_what_her_record_tells(house: House, people: People) -> None:
    await bring_in(house, people, *record())

    scores = by_name(await house.twin.scores(hers(people), HER))

    assert tuple(scores) == SHOWN
    assert scores["qSOFA"].state == "computed"
    assert missing(scores["PCE"]) == {"race": "missing", "bp_tx": "missing"}
    known = {one.key: one for one in scores["PCE"].inputs}
    assert known["dm"].reference == "Condition/c-44054006"
    assert known["total_c"].reference == "Observation/old-o-2093-3"
    assert (known["age"].value, known["age"].reference) == (58, HER)


async def test_what_she_did_not_show_the_doctor_is_named_and_not_guessed(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record(), condition("38341003", "Hypertension"))
    await allow(house, people, Category.VITALS, Category.LABORATORY, Category.DEMOGRAPHICS)

    scores = by_name(await house.twin.scores(his(people), HER))
    asked = await house.twin.score(his(people), HER, "CHA2DS2-VASc", {})

    assert missing(scores["PCE"]) == {
        "race": "missing",
        **dict.fromkeys(("dm", "bp_tx", "smoking", "prior_cvd"), "not_allowed"),
    }
    assert set(missing(asked).values()) == {"not_allowed"}
    assert set(missing(asked)) >= {"hypertension", "diabetes", "stroke"}
    assert asked.result is None


async def test_what_the_doctor_tells_at_the_bedside_completes_a_score_and_is_not_kept(
    house: House, people: People
) -> None:
    await bring_in(house, people, patient(), *well(), lab("2160-0", 1.0, "mg/dL"))
    await allow(house, people, *Category)

    told = await house.twin.score(his(people), HER, "curb65", {"bun": [28, "mg/dL"]})
    then = by_name(await house.twin.scores(his(people), HER))["CURB-65"]

    assert told.result is not None
    assert told.result.value == 1
    assert {one.key: one.origin for one in told.inputs}["urea"] == "told"
    assert missing(then) == {"urea": "missing"}


async def test_without_consent_no_score_is_computed_whatever_is_told(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())

    with pytest.raises(NotFound):
        await house.twin.score(his(people), HER, "qSOFA", {"rr": 24, "sbp": 90, "gcs": 13})


async def test_a_slip_in_a_name_is_refused_with_the_names_that_there_are(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())

    with pytest.raises(Incorrect) as slip:
        await house.twin.score(hers(people), HER, "qSOFA", {"breathing_rate": 24})
    with pytest.raises(NotFound, match="no such score"):
        await house.twin.score(hers(people), HER, "qSOFFA", {})

    assert "respiratory_rate" in slip.value.hint


async def test_over_http_a_score_is_computed_with_what_one_tells(
    house: House, people: People, patient: Any
) -> None:
    await bring_in(house, people, *record())

    answer = await patient.post(f"{PATH}/qSOFA", json={"respiratory_rate": 24, "sbp": 96})
    listed = await patient.get(PATH)

    assert (answer.status_code, listed.status_code) == (200, 200)
    assert answer.json()["result"]["value"] == 2
    assert answer.json()["result"]["band"]["key"] == "twin.score.qsofa.band.high"
    assert len(listed.json()) == len(SHOWN)


@pytest.mark.parametrize(
    "body", ["[1]", "null", '"x"', "{", '{"sbp": {"a": 1}}', '{"sbp": [1, 2, 3]}', '{"sbp": 1e999}']
)
async def test_over_http_no_answer_is_made_of_what_is_no_value(
    house: House, people: People, patient: Any, body: str
) -> None:
    await bring_in(house, people, *record())

    answer = await patient.post(
        f"{PATH}/qSOFA", content=body, headers={"content-type": "application/json"}
    )

    if answer.status_code == 200:
        assert answer.json()["state"] == "cannot"
        assert answer.json()["missing"][0]["why_key"] == "twin.input.why.impossible"
    else:
        assert answer.status_code == 400


async def test_over_http_no_score_of_hers_is_computed_for_anybody_else(
    house: House, people: People, stranger: Any, doctor: Any, other_patient: Any
) -> None:
    await bring_in(house, people, *record())

    statuses = [
        (await client.post(f"{PATH}/qSOFA", json={})).status_code
        for client in (stranger, doctor, other_patient)
    ]

    assert statuses == [401, 404, 404]
