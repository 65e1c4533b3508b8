"""What the cards of the models of operations say beside their figures."""

from typing import Any

COMMON: dict[str, Any] = {
    "data": {
        "name": "VitalDB clinical table (one hospital in Seoul, 2016-2017), part for development",
        "licence": "CC BY-NC-SA 4.0 (from memory): not for commercial use, not shipped",
        "people": "5,091 non-cardiac operations",
    },
    "intended_use": "Research and teaching beside clinicians, before an operation is planned.",
    "not_for": "Commercial use; cardiac and brain surgery; other hospitals without a local check.",
    "limits": [
        "One hospital in South Korea: its beds and its habits of discharge are in the numbers",
        "Known before the first cut only; what happens in theatre changes the outlook",
        "Urology and gynaecology are few: their figures are wide",
        "Patients discharged on the day of the operation or before its recorded end are left out "
        "of the days, and so are those who died",
    ],
}
CHANCES: dict[str, Any] = {
    **COMMON,
    "split": "5 folds by person; calibration and words (operation, diagnosis) within other folds",
    "main": ["auroc", "auprc", "brier", "slope", "in_the_large"],
}
CARDS: dict[str, dict[str, Any]] = {
    "operation_icu": {
        **CHANCES,
        "title": "Two days or more of intensive care after an operation",
        "outcome": "icu_days of 2 or more",
    },
    "operation_long_stay": {
        **CHANCES,
        "title": "More than 14 days in hospital after an operation",
        "outcome": "more than 14 days from the end of the operation to discharge",
    },
    "operation_days": {
        **COMMON,
        "title": "Days from an operation to discharge",
        "outcome": "days from the end of the operation to discharge, of who leaves alive",
        "split": "5 folds by person; interval margins from the other folds, by department",
        "main": ["mean_absolute_error_d", "coverage", "width", "concordance"],
    },
}
BASELINES: dict[str, list[dict[str, object]]] = {
    "operation_icu": [
        {"name": "ASA, age and emergency, before", "auroc": 0.798},
        {"name": "trees before the operation, before", "auroc": 0.912},
    ],
    "operation_long_stay": [
        {"name": "ASA, age and emergency, before", "auroc": 0.724},
        {"name": "trees before the operation, before", "auroc": 0.881},
    ],
    "operation_days": [
        {"name": "the median by kind of operation, before", "mean_absolute_error_d": 4.29},
        {
            "name": "trees before the operation, before",
            "mean_absolute_error_d": 3.43,
            "concordance": 0.801,
        },
    ],
}
