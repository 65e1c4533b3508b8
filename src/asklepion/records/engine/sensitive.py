"""What is delicate, told by codes: lists of our own, by code system.

They rather name too much than too little: a label hides nothing by itself, it only lets a patient
say what is to be hidden. A code that ends in * stands for all that begin so.

Sources of the codes: ICD-10 (WHO) chapters; LOINC; SNOMED CT concepts of the International Patient
Set and those that Synthea writes; RxNorm ingredients; ATC groups.
"""

from ..model import Label

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD = (
    "http://hl7.org/fhir/sid/icd-10",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://hl7.org/fhir/sid/icd-10-cn",
)

_ICD = {
    Label.ETH: "F11* F12* F13* F14* F15* F16* F18* F19* T40* Z71.5* Z86.4",
    Label.ETHUD: "F10* G31.2 G62.1 I42.6 K29.2* K70* K85.2* Z71.4* Z72.1 T51*",
    Label.OPIOIDUD: "F11* T40.0* T40.1* T40.2* T40.3*",
    Label.PSY: "F2* F3* F4* F50* F51* F53* F54 F55* F59 F60* F61* F62* F63* F68* F69 F84* F9*"
    " R45.8* T14.91* X6* X7* X80* X81* X82* X83* X84* Z91.5*",
    Label.HIV: "B20* B21* B22* B23* B24* Z21* R75* O98.7* Z20.6 Z71.7 Z83.0",
    Label.STD: "A50* A51* A52* A53* A54* A55* A56* A57* A58* A59* A60* A63* A64* Z20.2 Z22.4"
    " O98.1* O98.2* O98.3*",
    Label.SDV: "T74* T76* Z04.4* Z04.5 Z04.7* Y04* Y05* Y06* Y07* Z69* Z91.41*",
    Label.SEX: "F52* F64* F65* F66* N46* N52* N97* O00* O01* O02* O03* O04* O05* O06* O07* O08*"
    " Z30* Z31* Z32* Z33* Z70* Z87.890",
    Label.GDIS: "Q9* Z14* Z15* Z84.81 Z80* E70* E71* E72* E75* G10 E84*",
    Label.SICKLE: "D57*",
}
_SNOMED = {
    Label.ETH: "5602001 6525002 191816009 361055000 55680006 66214007 26416006 85005007"
    " 84758004 78267003 21647008",
    Label.ETHUD: "7200002 15167005 66590003 7052005 228273003 160573003 25702006"
    " 18653004 308742005",
    Label.OPIOIDUD: "5602001 75544000 231477003",
    Label.PSY: "370143000 35489007 36923009 66344007 13746004 58214004 197480006 47505003 21897009"
    " 191736004 406506008 72366004 56882008 78004001 82313006 6471006 69322001 231504006 371631005"
    " 33449004 20010003 35919005 74732009 310495003 87414006 78667006"
    " 48694002 225444004 408856003 228557008",
    Label.HIV: "86406008 62479008 165816005 91947003 111880001 420721002 31676001"
    " 171121004 186706006",
    Label.STD: "8098009 15628003 76272004 240589008 105629000 56335008 33839006 266113007 35742006",
    Label.SDV: "706893006 424393004 397940009",
    Label.SEX: "714812005 19169002 35999006 17369002 386639001 8619003 6738008 15296000"
    " 13767004 397803000 65200003 169553002 93461009 407377005 407376001",
    Label.GDIS: "32895009 41040004 190905008 58756001 412734009 412738009 76880004 398036000",
    Label.SICKLE: "417357006 127040003 35434009 16402000 36472007 417517009 417425009 127041004",
}
_LOINC = {
    Label.ETH: "82667-7 82666-9 3426-4 3397-7 3349-8 19295-5 8149-7 11343-1 18390-5",
    Label.ETHUD: "74013-4 11331-6 11330-8 72109-2 75626-2 75624-7 5643-2 5640-8"
    " 68517-2 68518-0 68519-8 68520-6 88037-7 72110-0",
    Label.OPIOIDUD: "19295-5 3879-4 3774-7 61422-2",
    Label.PSY: "44249-1 44261-6 69737-5 70274-6 55757-9 55758-7 89204-2 89206-7 71354-5 73831-0"
    " 73832-8 34788-0 28635-1 34102-4 28628-6 93373-9 10165-1",
    Label.HIV: "7917-8 7918-6 75622-1 25836-8 20447-9 80387-4 56888-1 29893-5 68961-2 31201-7"
    " 5221-7 5222-5 9836-8 9837-6 24012-7 30361-0 34699-9 48345-3 49580-4 62469-2 70241-5 85037-0"
    " 89365-1 89374-3 24467-3 24013-5 57975-5",
    Label.STD: "43304-5 21613-5 43305-2 24111-7 20507-0 22461-8 6349-5 6487-3 31147-2 5292-8"
    " 47236-5 50387-0 50388-8 36902-5 36903-3 24312-1 8041-6",
    Label.SDV: "76504-0 76499-3 76500-8 76501-6 76502-4 76503-2 95618-5 95614-4",
    Label.SEX: "2106-3 2118-8 80384-1 21198-7 19080-1 11449-6 82810-3 86645-9 8659-8 86652-5"
    " 76690-7 76691-5",
    Label.GDIS: "51968-6 51969-4 55233-1 81247-9 21636-6 21654-9 38404-0 69548-6",
    Label.SICKLE: "6864-3 4625-0 20572-4",
}
_RXNORM = {
    Label.ETHUD: "3554 82819",
    Label.OPIOIDUD: "6813 1819 7243 7242",
    Label.PSY: "6448 4493 36437 321988 2556 51272 35636 61381 2626 89013 5093 32937 42347"
    " 39786 72625 15996 704 7531 10737 115698 2403",
    Label.HIV: "276237 300195 1433868 195085 68244 11413 190521 120608 343047 460132 719872"
    " 1102270",
    Label.SEX: "6373 10379 136411 358263 6691",
}
_ATC = {
    Label.ETHUD: "N07BB*",
    Label.OPIOIDUD: "N07BC*",
    Label.PSY: "N05A* N05B* N06A* N06BA*",
    Label.HIV: "J05AR* J05AE* J05AJ* J05AG*",
    Label.SEX: "G03A* G03X* G04BE* G02B*",
}

Codes = dict[tuple[str, str], int]  # system and code to a mask


def _read(systems: tuple[str, ...], lists: dict[Label, str]) -> tuple[Codes, Codes]:
    whole: Codes = {}
    begun: Codes = {}
    for label, codes in lists.items():
        for code in codes.split():
            for system in systems:
                table = begun if code.endswith("*") else whole
                key = (system, code.rstrip("*"))
                table[key] = table.get(key, 0) | label.bit
    return whole, begun


_TABLES = [
    _read(ICD, _ICD),
    _read((SNOMED,), _SNOMED),
    _read((LOINC,), _LOINC),
    _read((RXNORM,), _RXNORM),
    _read((ATC,), _ATC),
]
EXACT: Codes = {key: mask for whole, _ in _TABLES for key, mask in whole.items()}
PREFIXES: Codes = {key: mask for _, begun in _TABLES for key, mask in begun.items()}
PREFIX_SYSTEMS = frozenset(system for system, _ in PREFIXES)

# Words in the names of codes, for codes that no list knows. In lower case; parts of words count.
WORDS = {
    Label.ETH: "substance abuse|substance use disorder|drug abuse|drug dependence|cocaine|heroin"
    "|methamphetamine|cannabis dependence|药物滥用|吸毒|药物依赖|毒品",
    Label.ETHUD: "alcohol use disorder|alcohol abuse|alcohol dependence|alcoholi"
    "|酒精依赖|酗酒|酒精使用障碍",
    Label.OPIOIDUD: "opioid abuse|opioid dependence|opioid use disorder|methadone|阿片",
    Label.PSY: "depressive disorder|major depression|schizo|bipolar|psychosis|psychoses|psychot"
    "|psychiatr|anxiety disorder|suicid|self-harm|self harm|post-traumatic stress"
    "|posttraumatic stress|eating disorder|anorexia nervosa|personality disorder|mental health"
    "|抑郁|精神|焦虑症|焦虑障碍|自杀|自残|双相|创伤后应激|心理治疗|厌食症",
    Label.HIV: r"\bhiv|human immunodeficiency virus|艾滋|人类免疫缺陷病毒",
    Label.STD: "sexually transmitted|gonorrh|syphilis|chlamydia trachomatis|genital herpes"
    "|性传播|梅毒|淋病|衣原体|尖锐湿疣",
    Label.SDV: "domestic violence|intimate partner|sexual assault|sexual abuse|child abuse"
    r"|\brape\b"
    "|家庭暴力|家暴|性侵|虐待|强奸",
    Label.SEX: "abortion|termination of pregnancy|contracepti|infertility|erectile|transsexual"
    "|gender dysphoria|gender identity|miscarriage|流产|避孕|不孕|不育|勃起|性别认同|性别焦虑",
    Label.GDIS: "genetic disorder|hereditary|brca|chromosom|遗传病|染色体",
    Label.SICKLE: "sickle cell|镰状细胞|镰刀型",
}
