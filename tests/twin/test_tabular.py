"""Models of tables: what a row says, what training gives its words, curves, and the files read."""

import csv
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typer.testing import CliRunner

from asklepion.cli.alone import app
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.twin import Why
from asklepion.twin.engine.learned import PREDICTORS, curve, open_model
from asklepion.twin.engine.learned import operation as operations
from asklepion.twin.engine.learned import readmission as readmissions
from asklepion.twin.engine.learned import serious_illness as illnesses
from asklepion.twin.engine.learned.curves import Curve, day_of
from asklepion.twin.engine.learned.icd9 import GROUPS, RANGES, group_of
from models import curves, words
from models.mondrian import conformal_by, held

STAY = {
    "encounter_id": "7",
    "patient_nbr": "1",
    "race": "?",
    "gender": "Female",
    "age": "[70-80)",
    "weight": "?",
    "admission_type_id": "1",
    "discharge_disposition_id": "1",
    "admission_source_id": "7",
    "time_in_hospital": "4",
    "payer_code": "?",
    "medical_specialty": "Cardiology",
    "num_lab_procedures": "44",
    "num_procedures": "1",
    "num_medications": "16",
    "number_outpatient": "0",
    "number_emergency": "0",
    "number_inpatient": "0",
    "diag_1": "428",
    "diag_2": "250.02",
    "diag_3": "585",
    "number_diagnoses": "9",
    "max_glu_serum": "None",
    "A1Cresult": ">8",
    "insulin": "Up",
    "metformin": "No",
    "change": "Ch",
    "diabetesMed": "Yes",
}
PATIENT = {
    "sno": "31",
    "age": "66",
    "sex": "male",
    "dzgroup": "CHF",
    "num.co": "2",
    "scoma": "0",
    "sps": "22",
    "aps": "30",
    "hday": "1",
    "diabetes": "1",
    "dementia": "0",
    "ca": "no",
    "meanbp": "78",
    "wblc": "9",
    "hrt": "96",
    "resp": "22",
    "temp": "36.8",
    "crea": "1.6",
    "sod": "136",
    "prg6m": "0.6",
    "prg2m": "0.8",
    "dnr": "no dnr",
    "dnrday": "",
}
OPERATION = {
    "caseid": "5",
    "age": "61",
    "sex": "F",
    "height": "160",
    "weight": "60",
    "bmi": "23.4",
    "asa": "2",
    "emop": "0",
    "department": "General surgery",
    "optype": "Colorectal",
    "opname": "Low anterior resection",
    "dx": "Rectal cancer",
    "approach": "Videoscopic",
    "position": "Lithotomy",
    "ane_type": "General",
    "preop_hb": "12.1",
    "preop_cr": "0.8",
    "adm": "-120000",
}
Features = Callable[[Mapping[str, str]], Mapping[str, float]]
EACH = [
    pytest.param(readmissions.features, STAY, id="readmission"),
    pytest.param(illnesses.features, PATIENT, id="serious illness"),
    pytest.param(illnesses.doctors, PATIENT, id="with the doctor"),
    pytest.param(operations.features, OPERATION, id="operation"),
]


def written(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """A CSV file of rows."""
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def predict(model: str, path: Path) -> list[dict[str, str]]:
    """What the command line predicts."""
    done = CliRunner().invoke(app, ["twin", "predict", model, str(path)])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(done.stdout.splitlines()))


@pytest.mark.parametrize(("features", "row"), EACH)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_a_row_may_lack_any_column_hold_any_word_and_come_in_any_order(
    features: Features, row: Mapping[str, str], data: st.DataObject
) -> None:
    whole = features(row)
    some = data.draw(st.permutations(list(row)))
    count = data.draw(st.integers(0, len(some)))
    strange = data.draw(st.sampled_from(["", "?", "nan", "inf", "-1e999", "漢字", "no such word"]))

    shuffled = features({key: row[key] for key in some})
    cut = features({key: row[key] for key in some[:count]})
    odd = features({key: strange if at < count else row[key] for at, key in enumerate(some)})

    assert [str(value) for value in shuffled.values()] == [str(value) for value in whole.values()]
    assert list(cut) == list(odd) == list(whole)
    assert not any(np.isinf([*cut.values(), *odd.values()]))


def test_codes_are_told_by_the_narrowest_group_that_holds_them() -> None:
    told = {code: group_of(code) for code in ("428.0", "401", "V45.1", "E878", "250.02", "?", "")}

    assert told == {
        "428.0": "heart_failure",
        "401": "hypertension",
        "V45.1": "contact",
        "E878": "cause",
        "250.02": "diabetes",
        "?": "",
        "": "",
    }
    assert len(GROUPS) == len(RANGES) + 2
    assert readmissions.features(STAY)["diabetes_uncontrolled"] == 1
    assert readmissions.features(STAY)["diabetes_type_1"] == 0
    assert readmissions.features(STAY)["ill_kidneys"] == 1


def test_what_happens_after_the_third_day_or_in_theatre_changes_nothing() -> None:
    asked = {"adls": "1"}  # the middle: the same as not asked
    later = {"avtisst": "40", "slos": "99", "totcst": "1", "death": "1", "race": "black"}
    theatre = {"intraop_rbc": "9", "aline1": "Right radial", "icu_days": "8", "opend": "9999"}

    assert illnesses.features(PATIENT | later | asked) == pytest.approx(
        illnesses.features(PATIENT), nan_ok=True
    )
    assert illnesses.features(PATIENT | {"dnr": "dnr after sadm", "dnrday": "4"})["declined"] == 0
    assert illnesses.features(PATIENT | {"dnr": "dnr after sadm", "dnrday": "2"})["declined"] == 1
    assert operations.features(OPERATION | theatre) == pytest.approx(
        operations.features(OPERATION), nan_ok=True
    )
    assert readmissions.features(STAY | {"race": "Asian", "readmitted": "<30"}) == pytest.approx(
        readmissions.features(STAY), nan_ok=True
    )


def test_a_word_is_learned_from_others_never_from_the_own_outcome() -> None:
    said = [f"only {at}" for at in range(40)] + ["shared"] * 40
    outcome = np.array(([0.0, 1.0] * 20) + [1.0] * 40)

    columns, tables = words.encode({"said": said}, outcome, np.arange(80), np.arange(80), shrink=5)

    assert not columns[:40].any()
    assert (columns[40:] > 0.2).all()
    assert tables["said"]["only 1"] > 0
    assert words.use(tables["said"], ["never met"]).tolist() == [0.0]


def test_an_interval_holds_its_share_in_each_kind_of_people() -> None:
    dice = np.random.default_rng(3)
    kind = np.repeat([0.0, 1.0, 2.0], [900, 900, 20])
    outcome = dice.normal(scale=np.where(kind == 1, 4.0, 1.0))
    low, high = np.full(len(kind), -1.0), np.full(len(kind), 1.0)

    told = conformal_by(outcome, low, high, by="kind", kind=kind)
    below, above = held(told, kind)

    inside = (outcome >= low - below) & (outcome <= high + above)
    assert inside[kind == 0].mean() == pytest.approx(0.8, abs=0.01)
    assert inside[kind == 1].mean() == pytest.approx(0.8, abs=0.01)
    assert set(told["groups"]) == {"0", "1"}
    assert below[-1] == told["below"]


def test_nobody_lost_is_a_plain_head_count_and_who_was_lost_is_stood_for() -> None:
    time, ended = np.array([5.0, 10, 20, 30, 40]), np.array([True, True, False, True, True])

    assert curves.seen_until(time, ended, 15).tolist() == [1, 1, 1, 1, 1]
    assert curves.seen_until(time, ended, 35).sum() == pytest.approx(5)
    assert curves.seen_until(time, ended, 35)[2] == 0


@pytest.mark.parametrize("name", ["survival", "survival_with_doctor", "leaving_hospital"])
@given(
    age=st.integers(20, 95),
    aps=st.integers(0, 120),
    kind=st.sampled_from(illnesses.GROUPS),
    chance=st.floats(0, 1),
)
@settings(max_examples=10, deadline=None)
def test_a_curve_moves_one_way_and_says_on_its_day_what_the_prediction_says(
    name: str, age: int, aps: int, kind: str, chance: float
) -> None:
    row = PATIENT | {"age": str(age), "aps": str(aps), "dzgroup": kind, "prg6m": str(chance)}
    rows = illnesses.matrix([row], with_doctor=name == "survival_with_doctor")
    model = open_model(name)

    told, found = model.predict(rows), curve(model, rows[0])

    assert found is not None
    way = -1 if model.facts["curve"]["falls"] else 1
    assert (np.diff(found.value) * way >= 0).all()
    assert (np.diff(found.low) * way >= -1e-12).all()
    assert (np.diff(found.high) * way >= -1e-12).all()
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()
    main = found.days == (14 if name == "leaving_hospital" else 180)
    assert found.value[main][0] == pytest.approx(np.clip(told.value[0], 1e-4, 1 - 1e-4), abs=1e-6)


def test_a_curve_tells_the_day_by_which_half_are_expected() -> None:
    days, none = np.array([10.0, 20, 40]), np.zeros(3)
    falling = Curve(days=days, value=np.array([0.9, 0.6, 0.4]), low=none, high=none)
    rising = Curve(days=days, value=np.array([0.1, 0.2, 0.3]), low=none, high=none)

    assert day_of(falling, 0.5) == pytest.approx(30)
    assert day_of(falling, 0.95) == 10
    assert day_of(rising, 0.5) is None


def test_the_models_are_silent_outside_what_they_have_learned() -> None:
    survival, back = open_model("survival"), open_model("readmission")
    asked = {
        "young": PATIENT | {"age": "9"},
        "without scores": PATIENT | {"aps": "", "sps": ""},
        "of another disease": PATIENT | {"dzgroup": "Measles"},
    }
    tables = back.facts["tables"]

    needs = {name: survival.needs(illnesses.matrix([row])[0]) for name, row in asked.items()}
    gone = back.needs(readmissions.matrix([STAY | {"discharge_disposition_id": "11"}], tables)[0])

    assert [(need.key, need.why) for need in needs["young"]] == [("age", Why.OUTSIDE)]
    assert [(need.key, need.why) for need in needs["without scores"]] == [("aps", Why.MISSING)]
    assert [(need.key, need.why) for need in needs["of another disease"]] == [
        ("class", Why.MISSING)
    ]
    assert [need.key for need in gone] == ["not_coming_back"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("readmission", readmissions.KEYS),
        ("survival", illnesses.KEYS),
        ("survival_with_doctor", illnesses.DOCTOR_KEYS),
        ("leaving_hospital", illnesses.KEYS),
        ("hospital_stay", illnesses.KEYS),
    ],
)
def test_a_model_was_fitted_on_the_features_that_are_read_now(
    name: str, keys: tuple[str, ...]
) -> None:
    assert open_model(name).keys == keys


def test_the_command_line_predicts_tables_and_is_silent_where_it_cannot_tell(
    tmp_path: Path,
) -> None:
    gone = STAY | {"encounter_id": "8", "discharge_disposition_id": "11"}
    often = STAY | {"encounter_id": "9", "number_inpatient": "6"}
    stays = written(tmp_path / "diabetic_data.csv", [STAY, gone, often])
    with zipfile.ZipFile(tmp_path / "stays.zip", "w") as archive:
        archive.write(stays, "dataset_diabetes/diabetic_data.csv")
    ill = written(tmp_path / "ill.csv", [PATIENT, PATIENT | {"sno": "32", "prg6m": ""}])

    back = predict("readmission", stays)
    alive = predict("survival-with-doctor", ill)
    days = predict("hospital-stay", ill)

    assert [(row["id"], row["abstained"]) for row in back] == [("7", "0"), ("8", "1"), ("9", "0")]
    assert float(back[0]["prediction"]) < float(back[2]["prediction"])
    assert back[1]["prediction"] == back[1]["lower"] == back[1]["upper"] == ""
    assert [(row["id"], row["abstained"]) for row in alive] == [("31", "0"), ("32", "1")]
    ends = [float(days[0][key]) for key in ("lower", "prediction", "upper")]
    assert ends == sorted(ends)
    assert [row["id"] for row in days] == ["31", "32"]
    zipped = next(iter(PREDICTORS["readmission"].read(tmp_path / "stays.zip")))
    assert zipped.ids == ["7", "8", "9"]


def test_a_file_of_another_kind_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    other = written(tmp_path / "other.csv", [PATIENT])
    (tmp_path / "broken.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Incorrect) as refused:
        list(PREDICTORS["readmission"].read(other))
    with pytest.raises(Incorrect, match="cannot be read"):
        list(PREDICTORS["survival"].read(tmp_path / "broken.csv"))

    assert refused.value.hint.startswith("Its header has no encounter_id, diag_1")


def test_models_of_data_for_non_commercial_use_are_not_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKLEPION_MODELS", str(tmp_path))
    table = written(tmp_path / "operations.csv", [OPERATION])

    with pytest.raises(NotFound, match="no model operation_days"):
        list(PREDICTORS["operation_days"].read(table))


def auroc(outcome: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """By counting pairs."""
    return float(np.mean(score[outcome == 1][:, None] > score[outcome == 0][None, :]))


def test_with_the_doctors_estimate_survival_is_told_sharper(test_data: Path) -> None:
    alone, together = (open_model(name).card for name in ("survival", "survival_with_doctor"))
    path = test_data / "clinical/support2/support2.csv"
    rows = [row for row in next(illnesses.read_table(path)) if row["prg6m"]][:600]
    alive = np.array([not (r["death"] == "1" and float(r["d.time"]) <= 180) for r in rows], float)
    doctor = np.array([float(row["prg6m"]) for row in rows])

    by_doctor = auroc(alive, doctor)
    told = {
        name: open_model(name).predict(illnesses.matrix(rows, with_doctor="doctor" in name)).value
        for name in ("survival", "survival_with_doctor")
    }

    figures = {name: card["figures"]["auroc"] for name, card in (("a", alone), ("t", together))}
    assert figures["t"]["value"] > figures["a"]["value"]
    assert together["figures"]["brier"]["value"] < alone["figures"]["brier"]["value"]
    assert auroc(alive, told["survival_with_doctor"]) > max(
        by_doctor, auroc(alive, told["survival"])
    )


def test_cards_tell_what_their_subgroups_saw() -> None:
    card: dict[str, Any] = open_model("readmission").card
    parts = {part["part"]: part for part in card["subgroups"]}

    assert {"women", "men", "age >= 80", "race AfricanAmerican"} <= set(parts)
    assert card["data"]["input_sha256"]
    assert 0.6 < card["figures"]["auroc"]["value"] < 0.72  # above, somebody is on both sides
