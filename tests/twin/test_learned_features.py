"""What the learned models read of a stay: laws that hold for every stay, and files of each kind."""

import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.twin.engine.learned import icu, open_model, sepsis
from asklepion.twin.engine.learned.predictors import PREDICTORS

STAY = """Time,Parameter,Value
00:00,RecordID,132539
00:00,Age,54
00:00,Gender,0
00:00,Height,-1
00:00,ICUType,4
00:00,Weight,-1
00:07,GCS,15
00:07,HR,73
00:07,NISysABP,147
00:07,NIDiasABP,65
00:37,HR,77
00:37,Temp,95.2
05:07,Urine,150
05:07,Urine,150
47:37,HR,86
48:30,HR,190
"""
PATIENT = """HR|O2Sat|Temp|SBP|MAP|DBP|Resp|FiO2|WBC|Age|Gender|Unit1|Unit2|HospAdmTime|ICULOS|Label
NaN|NaN|NaN|NaN|NaN|NaN|NaN|NaN|NaN|83|0|NaN|NaN|-0.03|1|0
97|95|NaN|98|75|NaN|19|40|NaN|83|0|NaN|NaN|-0.03|2|0
89|99|36.1|122|86|NaN|22|NaN|11.2|83|0|NaN|NaN|-0.03|3|0
"""
told = st.lists(
    st.tuples(
        st.sampled_from(["HR", "SysABP", "DiasABP", "GCS", "Urine", "Lactate", "PaO2", "FiO2"]),
        st.integers(0, 2880),
        st.floats(-1, 300, width=32),
    ),
    max_size=30,
)


@given(told=told, chance=st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_in_which_readings_come_changes_nothing(
    told: list[tuple[str, int, float]], chance: "np.random.Generator"
) -> None:
    mixed = list(told)
    chance.shuffle(mixed)

    one, other = (icu.features(icu.make_stay("1", each)) for each in (told, mixed))

    assert tuple(one) == icu.KEYS
    np.testing.assert_array_equal(list(one.values()), list(other.values()))


def test_the_same_reading_told_twice_counts_once_but_urine_is_poured_out_each_time() -> None:
    twice = icu.make_stay("1", [("HR", 5, 80), ("HR", 5, 80), ("Urine", 5, 90), ("Urine", 5, 90)])

    features = icu.features(twice)

    assert features["HR.count"] == 1
    assert features["Urine.sum"] == 180


@pytest.mark.parametrize(
    ("key", "slip", "meant"),
    [
        ("Temp", 98.6, 37.0),
        ("pH", 735, 7.35),
        ("FiO2", 40, 0.4),
        ("SaO2", 0.97, 97),
        ("Creatinine", 88.4, 1.0),
        ("WBC", 12500, 12.5),
        ("Height", 70, 177.8),
    ],
)
def test_a_slip_of_unit_that_leaves_no_doubt_is_put_right(
    key: str, slip: float, meant: float
) -> None:
    told, right = (icu.make_stay("1", [(key, 60, each)]).of(key).values for each in (slip, meant))

    np.testing.assert_allclose(told, right)


def test_what_no_living_person_can_have_is_not_known() -> None:
    stay = icu.make_stay("1", [("HR", 1, 0), ("Temp", 1, -17.8), ("pH", 1, 0), ("K", 1, 22.9)])

    assert not stay.series
    assert np.isnan(icu.features(stay)["HR.last"])


def test_nothing_after_48_hours_is_known_of_a_stay() -> None:
    early = [("HR", 30, 80.0), ("GCS", 2000, 14.0)]

    without, with_it = (
        icu.features(icu.make_stay("1", told)) for told in (early, [*early, ("HR", 2881, 200.0)])
    )

    np.testing.assert_array_equal(list(without.values()), list(with_it.values()))


def test_a_stay_is_read_from_its_text_a_folder_a_zip_and_a_parquet_alike(tmp_path: Path) -> None:
    folder = tmp_path / "stays"
    folder.mkdir()
    (folder / "132539.txt").write_text(STAY)
    (folder / "Outcomes-a.txt").write_text("RecordID,SAPS-I\n132539,6\n")
    with zipfile.ZipFile(tmp_path / "stays.zip", "w") as archive:
        archive.write(folder / "132539.txt", "set-a/132539.txt")
    rows = [line.split(",") for line in STAY.splitlines()[2:]]
    events = ", ".join(
        f"(132539, '{key}', {60 * int(at[:2]) + int(at[3:])}, {value})" for at, key, value in rows
    )
    parquet = tmp_path / "stays.parquet"
    with duckdb.connect() as database:
        table = f"(values {events}) as t(rid, param, minute, value)"
        database.execute(f"copy (select * from {table}) to '{parquet}' (format parquet)")

    read = [
        [(stay.id, icu.features(stay)) for stay in icu.read_stays(path)]
        for path in (folder / "132539.txt", folder, tmp_path / "stays.zip", parquet)
    ]

    (id, features), *_ = read[0]
    assert id == "132539"
    assert (features["HR.count"], features["HR.last"], features["SBP.last"]) == (3, 86, 147)
    assert features["Urine.sum"] == 300
    assert features["Temp.last"] == pytest.approx(35.11, abs=0.01)
    assert np.isnan(features["Height"])
    for other in read[1:]:
        assert other[0][0] == id
        np.testing.assert_array_equal(list(other[0][1].values()), list(features.values()))


def test_what_is_no_stay_is_refused_with_what_would_do(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello\n")

    for read in (icu.read_stays, sepsis.read_patients):
        with pytest.raises(Incorrect, match="folder or zip"):
            list(read(tmp_path / "note.txt"))


measured = st.lists(
    st.lists(st.floats(1, 300, width=32) | st.just(float("nan")), min_size=5, max_size=5),
    min_size=2,
    max_size=30,
)


@given(told=measured, until=st.integers(1, 29))
@settings(max_examples=25)
def test_no_hour_knows_of_a_later_one(told: list[list[float]], until: int) -> None:
    table = np.array(told)
    names = ("HR", "SBP", "Temp", "WBC", "Creatinine")
    whole = sepsis.make_hours("1", dict(zip(names, table.T, strict=True)))
    part = sepsis.make_hours("1", dict(zip(names, table[:until].T, strict=True)))

    known, then = sepsis.features(part), sepsis.features(whole)

    assert known.shape[1] == len(sepsis.KEYS)
    np.testing.assert_array_equal(known, then[: len(known)])


def test_a_model_is_given_its_own_features_in_its_own_order() -> None:
    hours = sepsis.make_hours("1", {"HR": np.array([80.0, 90.0]), "SBP": np.array([120.0, 100.0])})

    told = sepsis.features(hours, ("shock.last", "HR.last"))

    np.testing.assert_allclose(told, [[80 / 120, 80], [90 / 100, 90]])


def test_points_are_those_of_the_published_bands_and_of_what_is_not_known_there_are_none() -> None:
    told = {
        "Resp": [8, 9, 12, 21, 25],
        "O2Sat": [91, 92, 94, 96, 96],
        "SBP": [90, 91, 111, 219, 220],
    }
    told |= {"HR": [40, 41, 51, 111, 131], "Temp": [35, 36, 38, 39, 39.1]}
    column = {key: np.array(values, np.float64) for key, values in told.items()}

    warned = sepsis.features(sepsis.make_hours("1", column), ("news",))
    silent = sepsis.features(sepsis.make_hours("1", {"WBC": np.array([9.0])}), ("news", "sofa"))

    # NEWS2 of each hour, added up by hand from the college's table
    assert warned[:, 0].tolist() == [15, 7, 1, 5, 11]
    assert silent.tolist() == [[0, 0]]


def test_organ_points_begin_with_their_edge() -> None:
    column = {
        "Platelets": np.array([150.0, 149, 100, 99, 19]),
        "Creatinine": np.array([1.1, 1.2, 2.0, 3.5, 5.0]),
    }

    told = sepsis.features(sepsis.make_hours("1", column), ("sofa", "sofa.rise"))

    assert told[:, 0].tolist() == [0, 2, 3, 5, 8]
    assert told[:, 1].tolist() == [0, 2, 3, 5, 8]


def test_hours_are_read_from_psv_and_go_by_patient_and_hour(tmp_path: Path) -> None:
    (tmp_path / "p00001.psv").write_text(PATIENT)

    (batch,) = PREDICTORS["sepsis"].read(tmp_path)

    keys = open_model("sepsis").keys
    known = dict(zip(keys, batch.rows[2], strict=True))
    assert batch.ids == ["p00001:1", "p00001:2", "p00001:3"]
    assert np.isnan(batch.rows[0][keys.index("HR.last")])
    assert (known["HR.last"], known["FiO2.last"], known["FiO2.since"]) == (89, 0.4, 1)
    assert (known["HR.mean6"], known["WBC.day"], known["ICULOS"]) == (93, 1, 3)
