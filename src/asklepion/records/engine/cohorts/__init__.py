"""Questions about many: tables made by views, asked by one SQL text, without who is who."""

from .asking import Answer, Bounds, ask, check_name
from .formats import FORMATS, as_csv, as_json, as_ndjson, as_parquet
from .pseudonyms import Pseudonyms
from .tables import Table, table_of
from .withholding import withhold

__all__ = [
    "FORMATS",
    "Answer",
    "Bounds",
    "Pseudonyms",
    "Table",
    "as_csv",
    "as_json",
    "as_ndjson",
    "as_parquet",
    "ask",
    "check_name",
    "table_of",
    "withhold",
]
