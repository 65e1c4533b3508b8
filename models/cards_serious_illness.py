"""What the cards of the models of serious illness say beside their figures."""

from typing import Any

DATA = {
    "name": "SUPPORT2: seriously ill adults in five US hospitals, 1989-1994 (UCI 880)",
    "licence": "CC BY 4.0 (as UCI states it; from memory)",
    "people": "9,105 patients of nine grave diseases, one row each",
}
LIMITS = [
    "US hospitals of 1989-1994: treatment and survival have changed since",
    "Only the diseases of the study: lung failure or sepsis, heart failure, chronic lung disease, "
    "cirrhosis, colon or lung cancer, coma",
    "It needs the study's physiology scores of day 3 (APS or SPS)",
    "Survival reflects what was done then, with limits of care among it: a low chance is no reason "
    "to do less",
    "An order not to resuscitate by day 3 is an input, and such orders bring deaths about",
    "Race, income and schooling are no inputs; nor is whether an interview about daily activities "
    "took place, which in this table partly tells the future (without the order, AUROC was "
    "0.807 with it and 0.801 without)",
    "The lines of the curve are fitted on the same out-of-fold scores that judge them",
]
NOT_FOR = "Deciding alone to limit care; people outside these diseases; children."
COMMON: dict[str, Any] = {"data": DATA, "limits": LIMITS, "not_for": NOT_FOR}
CHANCES: dict[str, Any] = {
    **COMMON,
    "split": "5 folds of patients, calibration from the other folds",
    "main": ["auroc", "auprc", "brier", "slope", "in_the_large"],
}
CARDS: dict[str, dict[str, Any]] = {
    "survival": {
        **CHANCES,
        "title": "Alive six months after a grave illness, and the curve before and after",
        "outcome": "alive 180 days after entering the study",
        "intended_use": "For clinicians, beside their own estimate, which is asked for first.",
    },
    "survival_with_doctor": {
        **CHANCES,
        "title": "The same, with the doctor's own estimate",
        "outcome": "alive 180 days after entering the study",
        "intended_use": "For clinicians who have given their own estimate of six-month survival.",
        "data": DATA
        | {"people": "learned from all, judged on the 7,472 whose doctor gave an estimate"},
    },
    "leaving_hospital": {
        **CHANCES,
        "title": "Leaving hospital alive within 14 days, and the recovery curve around it",
        "outcome": "discharged alive within 14 days of entering the study",
        "intended_use": "For clinicians and families, to plan the weeks ahead.",
    },
    "hospital_stay": {
        **COMMON,
        "title": "Days in hospital of those who leave it alive",
        "outcome": "days from entering the study to discharge",
        "split": "5 folds of patients; interval margins from the other folds, by class of disease",
        "main": ["mean_absolute_error_d", "coverage", "width", "concordance"],
        "intended_use": "For clinicians and families, to plan the weeks ahead.",
        "data": DATA | {"people": "the 6,745 patients who left hospital alive"},
    },
}
BASELINES: dict[str, list[dict[str, object]]] = {
    "survival": [
        {"name": "the study's model, published (Knaus 1995)", "auroc": 0.79},
        {"name": "trees on this table, before", "auroc": 0.804},
    ],
    "survival_with_doctor": [
        {"name": "trees with the doctor's estimate on this table, before", "auroc": 0.830}
    ],
    "leaving_hospital": [],
    "hospital_stay": [],
}
