"""The pure engine of records: what is a fact in FHIR R4, whose it is, and how it is found again.

Nothing here waits, reads a clock or touches a database; the service hands in what is needed.

The index tables the rows and the plans speak of (the store writes the DDL; on SQLite those
marked * are clustered, and text columns need collation "C" on PostgreSQL):

    records_res      rid PK, key UNIQUE, type, id, updated_at, deleted, …      index (type, rid)
    records_tok*     k, rid                              PK (k, rid)             index (rid)
    records_ref*     param, target, rid                  PK (param, target, rid) index (rid, param)
    records_date*    param, lo, hi, rid                  PK in that order        index (rid, param)
    records_str*     param, value, rid                   PK in that order        index (rid, param)
    records_num*     param, value, rid                   PK in that order        index (rid, param)
    records_tok_num* k, value, rid                       PK in that order        index (rid)

`key` and `target` are `Indexer.key_of(type, id)`: 64 signed bits, so that a reference may be kept
before what it points to, and a chain is a join of two numbers (`ref.target = res.key`). `param`
is a number for type and parameter together, `k` one for type, parameter and value together, so
index rows need no type beside them. Moments (`lo`, `hi`, `updated_at`) are microseconds.

`compile_search` gives a `Query`: a `Shape` (hashable, holds no values) and its values;
`store/plans.py` writes the SQL.
"""

from ..wire import (
    AllOf,
    AnyOf,
    Chain,
    Clause,
    Has,
    Include,
    Match,
    Near,
    Not,
    Op,
    Query,
    Shape,
    SortKey,
    Table,
    Test,
    View,
    Within,
)
from .alike import Apart, code_keys, take_apart
from .categories import category_of
from .compartment import may_be_personal, patients_of
from .forgetting import forget, params_to
from .index import Indexer
from .ordering import Ordering
from .parameters import is_type
from .patch import apply_patch
from .references import is_conditional, references_in, rewrite_references
from .rows import Index
from .search import compile_search, next_cursor, search_parameters
from .subset import is_subset, subset
from .validate import prepare, validate
from .valuesets import ValueSets, value_sets_asked, value_sets_inside

__all__ = [
    "AllOf",
    "AnyOf",
    "Apart",
    "Chain",
    "Clause",
    "Has",
    "Include",
    "Index",
    "Indexer",
    "Match",
    "Near",
    "Not",
    "Op",
    "Ordering",
    "Query",
    "Shape",
    "SortKey",
    "Table",
    "Test",
    "ValueSets",
    "View",
    "Within",
    "apply_patch",
    "category_of",
    "code_keys",
    "compile_search",
    "forget",
    "is_conditional",
    "is_subset",
    "is_type",
    "may_be_personal",
    "next_cursor",
    "params_to",
    "patients_of",
    "prepare",
    "references_in",
    "rewrite_references",
    "search_parameters",
    "subset",
    "take_apart",
    "validate",
    "value_sets_asked",
    "value_sets_inside",
]
