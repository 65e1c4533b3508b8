"""Predictions for files, without any house."""

import csv
import json
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from asklepion.cli import learned, twin
from asklepion.twin import learned as models
from asklepion.twin.engine.learned import icu

runner = CliRunner()


def commands() -> typer.Typer:
    """`asklepion twin` as it is without a house."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.add_typer(twin.app)
    learned.add_to(app)
    return app


ASKED = commands()
STAY = "Time,Parameter,Value\n00:00,RecordID,{id}\n00:00,Age,{age}\n00:00,Gender,1\n{rows}"
WATCHED = "".join(
    f"{hour:02}:10,HR,{90 + hour % 7}\n{hour:02}:10,SysABP,118\n{hour:02}:10,GCS,14\n"
    for hour in range(48)
)
HOURS = "HR|SBP|Temp|Resp|Age|Gender|HospAdmTime|ICULOS\n" + "".join(
    f"{88 + hour}|112|38.2|21|61|0|-3|{hour}\n" for hour in range(1, 9)
)


@pytest.fixture
def stays(tmp_path: Path) -> Path:
    """Two invented stays, of one of which nearly nothing is known."""
    folder = tmp_path / "stays"
    folder.mkdir()
    (folder / "1.txt").write_text(STAY.format(id=1, age=71, rows=WATCHED))
    (folder / "2.txt").write_text(STAY.format(id=2, age=55, rows=""))
    return folder


def predict(model: str, path: Path) -> list[dict[str, str]]:
    out = path.parent / "out.csv"
    done = runner.invoke(ASKED, ["predict", model, str(path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("model", ["icu-death", "icu_stay"])
def test_each_stay_in_a_folder_is_predicted_or_abstained_from(stays: Path, model: str) -> None:
    told, silent = predict(model, stays)

    assert list(told) == ["id", "prediction", "lower", "upper", "abstained"]
    assert (told["id"], told["abstained"]) == ("1", "0")
    assert float(told["lower"]) <= float(told["prediction"]) <= float(told["upper"])
    assert silent == {"id": "2", "prediction": "", "lower": "", "upper": "", "abstained": "1"}


def test_each_hour_of_a_patient_is_predicted(tmp_path: Path) -> None:
    (tmp_path / "p00001.psv").write_text(HOURS)

    told = predict("sepsis", tmp_path)

    assert [row["id"] for row in told] == [f"p00001:{hour}" for hour in range(1, 9)]
    assert all(0 < float(row["prediction"]) < 1 for row in told)


PATIENTS = """sno,age,sex,dzgroup,aps,sps,num.co,scoma,crea
7,62.8,male,Lung Cancer,20,33.9,0,0,1.2
8,60.3,female,Cirrhosis,,,2,44,5.5
"""


def test_a_curve_goes_one_way_and_says_on_the_day_of_the_prediction_what_the_prediction_says(
    tmp_path: Path,
) -> None:
    table, out, by_day = (tmp_path / f"{name}.csv" for name in ("patients", "out", "days"))
    table.write_text(PATIENTS)

    asked = ["predict", "survival", str(table), "--out", str(out), "--curve", str(by_day)]
    done = runner.invoke(ASKED, asked)

    assert done.exit_code == 0, done.output
    told, silent = csv.DictReader(out.read_text().splitlines())
    days = list(csv.DictReader(by_day.read_text().splitlines()))
    chances = [float(row["chance"]) for row in days]
    assert (told["id"], told["abstained"], silent["abstained"]) == ("7", "0", "1")
    assert {row["id"] for row in days} == {"7"}
    assert chances == sorted(chances, reverse=True)
    assert next(row["chance"] for row in days if row["day"] == "180") == told["prediction"]
    assert all(float(row["lower"]) <= float(row["chance"]) <= float(row["upper"]) for row in days)


def test_a_model_without_a_curve_says_so_and_writes_nothing(stays: Path) -> None:
    by_day = stays / "days.csv"

    done = runner.invoke(ASKED, ["predict", "icu_death", str(stays), "--curve", str(by_day)])

    assert (done.exit_code, by_day.exists()) == (2, False)
    assert "no curve" in done.output


def test_models_are_listed_with_their_figures(stays: Path) -> None:
    listed = runner.invoke(ASKED, ["models"]).output
    cards = json.loads(runner.invoke(ASKED, ["models", "--json"]).output)

    assert {"icu_death", "icu_stay", "sepsis"} <= cards.keys()
    for name, card in cards.items():
        assert f"{name}: {card['title']}" in listed
    assert "auroc 0." in listed


def test_people_unlike_those_it_learned_from_are_told_apart(stays: Path) -> None:
    done = runner.invoke(ASKED, ["drift", "icu_death", str(stays), "--json"])

    told = json.loads(done.output)
    assert (done.exit_code, told["rows"]) == (1, 2)
    assert told["index"]["Creatinine.last"] > models.MUCH


def test_a_model_or_a_file_that_is_not_there_is_told_with_what_would_do(stays: Path) -> None:
    unknown = runner.invoke(ASKED, ["predict", "tomorrow", str(stays)])
    absent = runner.invoke(ASKED, ["predict", "sepsis", str(stays / "none")])

    assert unknown.exit_code == 2
    assert "one row for each hour" in str(absent.exception)


def test_stays_of_real_people_are_read_as_when_the_model_was_fitted(
    test_data: Path, tmp_path: Path
) -> None:
    events = test_data / "clinical/physionet2012/events_ab.parquet"
    few = tmp_path / "few.parquet"
    with duckdb.connect() as database:
        first = f"select min(rid) from read_parquet('{events}')"
        chosen = f"select * from read_parquet('{events}') where rid = ({first})"
        database.execute(f"copy ({chosen}) to '{few}' (format parquet)")
    model = models.open_model("icu_death")

    (stay,) = icu.read_stays(few)

    golden = model.golden[0]["row"]
    known = {key: value for key, value in zip(model.keys, golden, strict=True)}
    for key, value in icu.features(stay).items():
        assert (None if value != value else value) == pytest.approx(known[key]), key
    assert predict("icu_death", few)[0]["prediction"] == f"{model.golden[0]['value']:.6g}"
