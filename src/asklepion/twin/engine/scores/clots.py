"""Is it a thrombosis or an embolism (Wells), and who will have one after an operation (Caprini).

Caprini 2005 counts every factor it lists; being a woman is none of them. Earlier clots are one
factor (3 points), leg vein or lung, and pneumonia is the "serious lung disease" of its list.
"""

from .common import AGE, BMI, HEART_RATE, MAYBE_SEX, answers, if_told, over, paper
from .inputs import Choice
from .score import Points, Score, add_up, weigh

WELLS_PE_WEIGHTS = {
    "clinical_signs_dvt": 3.0,
    "pe_most_likely_diagnosis": 3.0,
    "heart_rate_gt_100": 1.5,
    "hemoptysis": 1.0,
    "malignancy": 1.0,
}


def wells_pe(
    *,
    immobilisation: bool,
    surgery: bool,
    previous_dvt: bool,
    previous_pe: bool,
    **answered: object,
) -> Points:
    """Points up to 12.5; in two classes an embolism is likely above 4."""
    parts = weigh(WELLS_PE_WEIGHTS, answered)
    parts["immobilization_or_surgery"] = 1.5 * (immobilisation or surgery)
    parts["previous_dvt_pe"] = 1.5 * (previous_dvt or previous_pe)
    likely = "likely" if sum(parts.values()) > 4 else "unlikely"
    return add_up(parts, ((0, "low"), (2, "moderate"), (6.5, "high")), more={"two_levels": likely})


WELLS_PE = Score[Points](
    name="Wells-PE",
    title="Wells' criteria for pulmonary embolism",
    organ="lungs",
    sources=(
        paper(
            "Wells PS, Anderson DR, Rodger M, et al. Derivation of a simple clinical model to "
            "categorize patients probability of pulmonary embolism. Thromb Haemost "
            "2000;83:416-420.",
            "10.1055/s-0037-1613830",
        ),
    ),
    inputs=(
        if_told(HEART_RATE),
        over("heart_rate_gt_100", "heart_rate", lambda rate: rate > 100),
        *answers(
            ("clinical_signs_dvt", "Clinical signs and symptoms of Deep Vein Thrombosis"),
            ("pe_most_likely_diagnosis", "Pulmonary Embolism is #1 diagnosis OR equally likely"),
            (
                "immobilisation",
                "immobilization_or_surgery",
                "immobilization",
                "Immobilization for at least 3 days",
            ),
            ("surgery", "Surgery in the previous 4 weeks"),
            ("previous_dvt", "previous_dvt_pe", "Previously documented Deep Vein Thrombosis"),
            ("previous_pe", "Previously Documented Pulmonary Embolism"),
            ("hemoptysis", "haemoptysis"),
            ("malignancy", "Malignancy with treatment within 6 months or palliative"),
        ),
    ),
    compute=wells_pe,
    outputs=("score", "value", "parts", "band", "two_levels"),
    range="adults in whom an embolism is suspected",
    evidence="every weight and edge; published rows",
)

WELLS_DVT_WEIGHTS = {
    "active_cancer": 1,
    "paralysis_paresis_or_recent_cast": 1,
    "tenderness_along_deep_veins": 1,
    "entire_leg_swollen": 1,
    "calf_swelling_gt_3cm": 1,
    "pitting_edema": 1,
    "collateral_superficial_veins": 1,
    "previous_dvt": 1,
    "alternative_diagnosis_likely": -2,
}


def wells_dvt(*, bedridden: bool, major_surgery: bool, **answered: object) -> Points:
    """Points from -2 to 9; a thrombosis is likely from 2."""
    parts = weigh(WELLS_DVT_WEIGHTS, answered)
    parts["bedridden_or_major_surgery"] = int(bedridden or major_surgery)
    return add_up(parts, ((-2, "unlikely"), (2, "likely")))


WELLS_DVT = Score[Points](
    name="Wells-DVT",
    title="Wells' criteria for deep vein thrombosis",
    organ="vessels",
    sources=(
        paper(
            "Wells PS, Anderson DR, Rodger M, et al. Evaluation of D-dimer in the diagnosis of "
            "suspected deep-vein thrombosis. N Engl J Med 2003;349:1227-1235.",
            "10.1056/NEJMoa023153",
        ),
    ),
    inputs=tuple(
        answers(
            "active_cancer",
            (
                "paralysis_paresis_or_recent_cast",
                "Paralysis, paresis, or recent plaster immobilization of the lower extremity",
            ),
            (
                "bedridden",
                "bedridden_or_major_surgery",
                "Bedridden recently >3 days or major surgery within 12 weeks",
            ),
            ("major_surgery", "Major surgery within 12 weeks"),
            (
                "tenderness_along_deep_veins",
                "Localized tenderness along the deep venous system",
            ),
            "entire_leg_swollen",
            (
                "calf_swelling_gt_3cm",
                "Calf swelling >3 centimeters compared to the other leg",
            ),
            ("pitting_edema", "Pitting edema, confined to symptomatic leg"),
            (
                "collateral_superficial_veins",
                "Collateral (nonvaricose) superficial veins present",
            ),
            ("previous_dvt", "Previously documented Deep Vein Thrombosis"),
            (
                "alternative_diagnosis_likely",
                "Alternative diagnosis to Deep Vein Thrombosis as likely or more likely",
            ),
        )
    ),
    compute=wells_dvt,
    range="adults in whom a thrombosis is suspected",
    evidence="every weight and edge; published rows",
)

CAPRINI_WEIGHTS = {
    "heart_failure": 1,
    "sepsis": 1,
    "pneumonia": 1,
    "varicose_veins": 1,
    "swollen_legs": 1,
    "inflammatory_bowel_disease": 1,
    "myocardial_infarction": 1,
    "copd": 1,
    "earlier_major_surgery": 1,
    "pregnancy_or_postpartum": 1,
    "hormones": 1,
    "unexplained_stillbirth": 1,
    "malignancy": 2,
    "plaster_cast": 2,
    "central_venous_access": 2,
    "family_history": 3,
    "factor_v_leiden": 3,
    "prothrombin_20210a": 3,
    "homocysteine": 3,
    "lupus_anticoagulant": 3,
    "anticardiolipin": 3,
    "heparin_thrombocytopenia": 3,
    "other_thrombophilia": 3,
    "leg_fracture": 5,
    "stroke": 5,
    "multiple_trauma": 5,
    "spinal_cord_injury": 5,
}
SURGERY_POINTS = {"none": 0, "minor": 1, "major": 2, "laparoscopic": 2, "arthroscopic": 2,
                  "arthroplasty": 5}  # fmt: skip
MOBILITY_POINTS = {"normal": 0, "bed_rest": 1, "confined": 2}


def caprini(
    *,
    age: float,
    bmi: float,
    surgery: str,
    mobility: str,
    previous_dvt: bool,
    previous_pe: bool,
    **answered: object,
) -> Points:
    """Risk of thrombosis after surgery: 0-1 low, 2 moderate, 3-4 high, 5 and more highest."""
    parts = weigh(CAPRINI_WEIGHTS, answered)
    parts["age"] = 3 if age >= 75 else 2 if age >= 61 else 1 if age >= 41 else 0
    parts["bmi"] = int(bmi > 25)
    parts["surgery"] = SURGERY_POINTS[surgery]
    parts["mobility"] = MOBILITY_POINTS[mobility]
    parts["previous_clot"] = 3 * (previous_dvt or previous_pe)
    return add_up(parts, ((0, "low"), (2, "moderate"), (3, "high"), (5, "highest")))


CAPRINI = Score[Points](
    name="Caprini",
    title="Venous thromboembolism after surgery",
    organ="vessels",
    horizon="30 days",
    sources=(
        paper(
            "Caprini JA. Thrombosis risk assessment as a guide to quality patient care. Dis Mon "
            "2005;51:70-78.",
            "10.1016/j.disamonth.2005.02.003",
        ),
    ),
    inputs=(
        AGE,
        MAYBE_SEX,
        BMI,
        Choice(
            key="surgery",
            names=("Surgery Type",),
            default="none",
            options={
                "none": ("false",),
                "minor": (),
                "major": (),
                "laparoscopic": (),
                "arthroscopic": (),
                "arthroplasty": ("elective major lower extremity arthroplasty",),
            },
        ),
        Choice(
            key="mobility",
            default="normal",
            options={
                "normal": (),
                "bed_rest": ("on bed rest",),
                "confined": ("confined to bed >72 hours",),
            },
        ),
        *answers(
            ("earlier_major_surgery", "Major Surgery in the last month"),
            ("heart_failure", "Congestive Heart Failure in the last month"),
            ("sepsis", "Sepsis in the last month"),
            ("pneumonia", "Pneumonia in the last month"),
            ("plaster_cast", "Immobilizing plaster cast in the last month"),
            ("leg_fracture", "Hip, pelvis, or leg fracture in the last month"),
            ("stroke", "Stroke in the last month"),
            ("multiple_trauma", "Multiple trauma in the last month"),
            (
                "spinal_cord_injury",
                "Acute spinal cord injury causing paralysis in the last month",
            ),
            "varicose_veins",
            ("swollen_legs", "Current swollen legs"),
            ("central_venous_access", "Current central venous access"),
            ("previous_dvt", "Previously documented Deep Vein Thrombosis"),
            ("previous_pe", "Previously Documented Pulmonary Embolism"),
            ("family_history", "Family history of thrombosis"),
            ("factor_v_leiden", "Positive Factor V Leiden"),
            ("prothrombin_20210a", "Positive prothrombin 20210A"),
            ("homocysteine", "Elevated serum homocysteine"),
            ("lupus_anticoagulant", "Positive lupus anticoagulant"),
            ("anticardiolipin", "Elevated anticardiolipin antibody"),
            ("heparin_thrombocytopenia", "Heparin-induced thrombocytopenia"),
            ("other_thrombophilia", "Other congenital or acquired thrombophilia"),
            ("inflammatory_bowel_disease", "History of inflammatory bowel disease"),
            ("myocardial_infarction", "Acute Myocardial infarction"),
            ("copd", "Chronic Obstructive Pulmonary Disease"),
            ("malignancy", "Present or previous malignancy"),
            ("pregnancy_or_postpartum", "Pregnant or postpartum"),
            ("hormones", "Hormonal contraception or replacement"),
            ("unexplained_stillbirth", "Unexplained stillbirth or recurrent abortion"),
        ),
    ),
    compute=caprini,
    range="adults before an operation or in hospital",
    evidence="every weight and edge; two worked examples",
)

ALL = (WELLS_PE, WELLS_DVT, CAPRINI)
