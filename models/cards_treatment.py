"""What the cards of the models that compare treatments say beside their figures."""

from typing import Any

BREAST: dict[str, Any] = {
    "title": "Breast cancer that reached lymph nodes: recurrence or death within five years",
    "outcome": "recurrence or death, whichever came first, within 1,826 days of surgery",
    "tier": "association: the effect of hormone therapy is not shown",
    "data": {
        "name": "Rotterdam tumour bank (learned), German Breast Cancer Study Group (judged)",
        "licence": "data of the R package survival (LGPL-2 or later; from memory)",
        "people": "1,546 women of Rotterdam, operated on 1978-1993; 686 of the GBSG, 1984-1989",
        "input_sha256": "62703670d3be5d49c5476fb7131b020bdca9f1c25bb4522fd6abe8f9dab61f1b",
    },
    "split": "learned in one country, judged in another",
    "main": ["concordance", "hazard_ratio"],
    "baselines": [{"name": "Cox on these tables, before", "concordance": 0.661}],
    "intended_use": "To see what such women went through, with and without hormone therapy.",
    "not_for": "Choosing a treatment; women whose cancer had not reached lymph nodes; men.",
    "limits": [
        "Operated on from 1978 to 1993: today's drugs, HER2 and radiotherapy are not in it",
        "Hormone therapy was chosen by doctors, not by lot; what they saw is only partly in the "
        "table. Trials tell of effects; this does not",
        "Refuses where fewer than one in ten women like her were given hormone therapy",
        "Chemotherapy is left out: in Rotterdam it went with age and menopause almost entirely",
    ],
}
ERCP: dict[str, Any] = {
    "title": "Pancreatitis after ERCP, with rectal indomethacin or placebo",
    "outcome": "pancreatitis after ERCP as the trial defined it",
    "tier": "trial: lots decided who was given indomethacin",
    "data": {
        "name": "Trial of rectal indomethacin, 4 US centres, 2009-2011 (R package medicaldata)",
        "licence": "MIT (the package; from memory)",
        "people": "602 people at raised risk",
        "input_sha256": "f9df4fc224dbd40e69508ca0003f2ec96545a84d444f2bef4c94b31534423fad",
    },
    "split": "5 folds of people for the chance; all of them for the difference",
    "main": ["auroc", "brier", "slope", "in_the_large", "risk_ratio"],
    "baselines": [{"name": "the trial (published: 9.2 % against 16.9 %)", "risk_ratio": 0.54}],
    "intended_use": "For clinicians before or at the end of an ERCP in somebody at raised risk.",
    "not_for": "People at usual risk, or who must not be given indomethacin.",
    "limits": [
        "79 events: the chance of one person is only roughly known",
        "One trial, in which 82 % had suspected dysfunction of the sphincter of Oddi",
        "The same ratio is taken for everybody; the trial was too small to show whom it helps more",
    ],
}
