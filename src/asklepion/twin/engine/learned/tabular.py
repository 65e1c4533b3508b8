"""The models of tables, by name, and the files that each is asked about."""

from . import breast_cancer, ercp, operation, readmission, serious_illness
from .predictors import Predictor

SUPPORT = "the SUPPORT2 table (support2.csv), one row for each patient"
VITALDB = "the VitalDB clinical table (clinical_data.csv), one row for each operation"

TABULAR: tuple[Predictor, ...] = (
    Predictor(
        name=readmission.NAME,
        takes="the Diabetes-130 table (diabetic_data.csv, or its zip), one row for each stay",
        read=readmission.read,
    ),
    Predictor(name=serious_illness.ALONE, takes=SUPPORT, read=serious_illness.read),
    Predictor(
        name=serious_illness.WITH_DOCTOR,
        takes=f"{SUPPORT}, with the doctor's estimates prg6m and prg2m",
        read=serious_illness.read_with_doctor,
    ),
    Predictor(name=serious_illness.LEAVING, takes=SUPPORT, read=serious_illness.read),
    Predictor(name=serious_illness.STAY, takes=SUPPORT, read=serious_illness.read),
    Predictor(name=operation.ICU, takes=VITALDB, read=operation.read_icu),
    Predictor(name=operation.LONG, takes=VITALDB, read=operation.read_long),
    Predictor(name=operation.DAYS, takes=VITALDB, read=operation.read_days),
    Predictor(
        name=breast_cancer.NAME,
        takes="a table with the columns of Rotterdam or GBSG, one row for each patient",
        read=breast_cancer.read,
    ),
    Predictor(
        name=ercp.NAME,
        takes="a table with the columns of the indomethacin trial, one row for each person",
        read=ercp.read,
    ),
)
