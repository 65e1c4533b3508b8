"""The tables of the records room, made step by step.

`records_res` holds what is, `records_hist` what was, the narrow tables what a search looks at.
`patient` says whose it is: a reference, or one of the words in `rows.py`.
"""

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Serial, Step

from . import bulk, duplicates, imaging, links, signed, subscriptions
from .letters import letters

# Index texts are compared byte by byte on both databases, so that prefixes are ranges.
BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


NAME = "r.type || '/' || r.id"


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _resources(op: Operations) -> None:
    op.create_table(
        "records_res",
        sa.Column("rid", Serial, primary_key=True, autoincrement=True),
        _column("key", sa.BigInteger),
        _column("type", sa.Text),
        _column("id", sa.Text),
        _column("version", sa.BigInteger),
        _column("updated_at", sa.BigInteger),
        _column("patient", sa.Text),
        _column("category", sa.Integer),
        _column("author", sa.Text),
        _column("deleted", sa.Integer),
        _column("digest", sa.LargeBinary),
        _column("body", sa.LargeBinary),
    )
    op.create_index("records_res_key", "records_res", ["key"], unique=True)
    op.create_index("records_res_type", "records_res", ["type", "rid"])
    op.create_index("records_res_patient", "records_res", ["patient", "type"])
    op.create_index("records_res_updated", "records_res", ["updated_at"])
    op.create_table(
        "records_hist",
        sa.Column("rid", sa.BigInteger, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True),
        _column("updated_at", sa.BigInteger),
        _column("patient", sa.Text),
        _column("category", sa.Integer),
        _column("author", sa.Text),
        _column("deleted", sa.Integer),
        _column("digest", sa.LargeBinary),
        _column("body", sa.LargeBinary),
    )
    op.create_table(  # everybody in a resource that is about more than one patient
        "records_party",
        sa.Column("rid", sa.BigInteger, primary_key=True),
        sa.Column("patient", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )


def _indexes(op: Operations) -> None:
    whole = sa.BigInteger
    for name, columns in (
        ("tok", (("k", whole),)),
        ("ref", (("param", whole), ("target", whole))),
        ("date", (("param", whole), ("lo", whole), ("hi", whole))),
        ("str", (("param", whole), ("value", BYTES))),
        ("num", (("param", whole), ("value", sa.Double))),
        ("tok_num", (("k", whole), ("value", sa.Double))),
    ):
        table = f"records_{name}"
        keys = [sa.Column(column, kind, primary_key=True) for column, kind in columns]
        rid = sa.Column("rid", whole, primary_key=True, autoincrement=False)
        op.create_table(table, *keys, rid, sqlite_with_rowid=False)
        by = ["rid", "param"] if columns[0][0] == "param" else ["rid"]
        op.create_index(f"{table}_rid", table, by)


def _consent(op: Operations) -> None:
    op.create_table(  # what the patients' Consents come to; `actor` may be * in a denial
        "records_permit",
        sa.Column("consent", sa.Text, primary_key=True),
        sa.Column("actor", sa.Text, primary_key=True),
        sa.Column("purpose", sa.Text, primary_key=True),  # * is every purpose
        _column("patient", sa.Text),
        _column("is_denial", sa.Integer),
        _column("categories", sa.BigInteger),
        _column("from_at", sa.BigInteger),
        _column("until_at", sa.BigInteger),
        _column("visit", sa.Text),  # empty: of no visit in particular
    )
    op.create_index("records_permit_actor", "records_permit", ["actor", "patient"])
    op.create_index("records_permit_until", "records_permit", ["until_at"])


def _access(op: Operations) -> None:
    op.create_table(
        "records_access",
        sa.Column("id", sa.Text, primary_key=True),
        _column("leaf", sa.BigInteger),  # index of its commitment in the ledger
        _column("patient", sa.Text),  # empty: about nobody
        _column("number", sa.BigInteger),  # counts this patient's entries: 1, 2, 3 without a gap
        _column("actor", sa.Text),
        _column("made_at", sa.BigInteger),
        _column("event", sa.LargeBinary),
        _column("key", sa.LargeBinary),
    )
    op.create_table(
        "records_access_head",
        sa.Column("patient", sa.Text, primary_key=True),  # * counts the whole house
        _column("number", sa.BigInteger),
        _column("leaf", sa.BigInteger),
        _column("seal", sa.LargeBinary),
    )
    op.create_index("records_access_leaf", "records_access", ["leaf"], unique=True)
    op.create_index("records_access_of", "records_access", ["patient", "number"], unique=True)


def _definitions(op: Operations) -> None:
    op.create_table(  # of installed packages: profiles, value sets, code systems
        "records_definition",
        sa.Column("package", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),  # empty: it has none
        _column("package_version", sa.Text),
        _column("type", sa.Text),
        _column("installed_at", sa.BigInteger),
        _column("body", sa.LargeBinary),
    )
    op.create_index("records_definition_url", "records_definition", ["url", "version"])


def _erasure(op: Operations) -> None:
    op.create_index("records_hist_patient", "records_hist", ["patient"])
    op.create_index("records_party_patient", "records_party", ["patient"])
    op.create_table(
        "records_erasure",
        sa.Column("id", sa.Text, primary_key=True),
        _column("state", sa.Integer),  # 0 due later, 1 rows are gone, 2 done
        _column("patient", sa.Text),  # empty once her rows are gone
        _column("ground", sa.Text),
        _column("asked_by", sa.Text),  # patient or operator
        _column("actor", sa.Text),  # the operator's account
        _column("asked_at", sa.BigInteger),
        _column("due_at", sa.BigInteger),
        _column("done_at", sa.BigInteger),  # 0: not yet
        _column("swept_at", sa.BigInteger),  # 0: not yet
        _column("keys", sa.Text),  # numbers of the keys that were destroyed, as JSON
        _column("destroyed", sa.Text),  # how many rows of which table, as JSON
        _column("leaf", sa.BigInteger),  # of its commitment in the ledger; -1: not yet
        _column("event", sa.LargeBinary),  # canonical JSON; names nobody
        _column("key", sa.LargeBinary),
    )
    is_nobodys = sa.text("patient = ''")
    op.create_index(  # where somebody looked at what is about nobody
        "records_access_actor",
        "records_access",
        ["actor"],
        sqlite_where=is_nobodys,
        postgresql_where=is_nobodys,
    )
    op.create_table(  # work on many rows that goes on after a stop
        "records_chore",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    for name, table in (("res", "records_res"), ("hist", "records_hist"), ("access", ACCESS)):
        op.execute(
            f"INSERT INTO records_chore SELECT 'seal-{name}', -1"
            f" WHERE EXISTS (SELECT 1 FROM {table})"
        )


def _rules(op: Operations) -> None:
    """Consents as finer rules; labels on every version; who is one of whom; broken glass."""
    for table in ("records_res", "records_hist"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("labels", sa.BigInteger, nullable=False, server_default="0"))
    op.drop_index("records_permit_actor", "records_permit")
    op.drop_index("records_permit_until", "records_permit")
    op.rename_table("records_permit", "records_permit_before")
    op.create_table(  # what the patients' Consents, and what stands beside them, come to
        "records_permit",
        sa.Column("consent", sa.Text, primary_key=True),  # its id, or RelatedPerson/…, glass/…
        sa.Column("number", sa.Integer, primary_key=True),
        _column("part", sa.Integer),  # which provision it comes from; 0 is the first
        _column("kind", sa.Integer),  # 0 a Consent, 1 a representative, 2 a broken glass
        _column("patient", sa.Text),
        _column("actor", sa.Text),  # * is every clinician
        _column("purpose", sa.Text),  # * is every purpose
        _column("is_denial", sa.Integer),
        _column("is_exception", sa.Integer),  # to another part of the same Consent
        _column("categories", sa.BigInteger),
        _column("types", sa.Text),  # as |Observation|Condition|, beside the categories
        _column("labels", sa.BigInteger),  # any of these; 0 is whatever labels
        _column("narrow", sa.Text),  # what else it asks, as JSON: then records_mark says of what
        _column("acts", sa.Integer),
        _column("from_at", sa.BigInteger),
        _column("until_at", sa.BigInteger),
        _column("visit", sa.Text),  # empty: of no visit in particular
    )
    op.execute(
        "INSERT INTO records_permit SELECT consent, row_number() OVER (PARTITION BY consent"
        " ORDER BY actor, purpose) - 1, 0, 0, patient, actor, purpose, is_denial, 0, categories,"
        " '', 0, '', 1, from_at, until_at, visit FROM records_permit_before"
    )
    op.drop_table("records_permit_before")
    op.create_index("records_permit_patient", "records_permit", ["patient"])
    op.create_index("records_permit_actor", "records_permit", ["actor", "kind"])
    op.create_index("records_permit_until", "records_permit", ["until_at"])
    op.create_table(  # which versions a narrow part of a Consent is about
        "records_mark",
        sa.Column("consent", sa.Text, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("rid", sa.BigInteger, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True),
        _column("patient", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("records_mark_rid", "records_mark", ["rid"])
    op.create_index("records_mark_patient", "records_mark", ["patient"])
    op.create_table(  # which practitioner has which role, in which organization or group
        "records_member",
        sa.Column("source", sa.Text, primary_key=True),  # the resource that says so
        sa.Column("member", sa.Text, primary_key=True),
        sa.Column("belongs_to", sa.Text, primary_key=True),
        _column("from_at", sa.BigInteger),
        _column("until_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("records_member_of", "records_member", ["member", "belongs_to"])
    op.create_table(
        "records_glass",
        sa.Column("id", sa.Text, primary_key=True),
        _column("patient", sa.Text),
        _column("actor", sa.Text),
        _column("made_at", sa.BigInteger),
        _column("until_at", sa.BigInteger),
        _column("state", sa.Text),
        _column("body", sa.LargeBinary),  # who, why, and what a reviewer said; sealed
    )
    op.create_index("records_glass_patient", "records_glass", ["patient"])
    op.create_index("records_glass_state", "records_glass", ["state", "id"])


ACCESS = "records_access"

_OF_ROW = (
    "CASE WHEN {r}.patient IN ('', '?') THEN '' WHEN {r}.patient = '*' THEN {k}"
    " ELSE {r}.patient END"
)
_OF_RES = _OF_ROW.format(r="t", k="t.type || '/' || t.id")
_ITS = "SELECT {} FROM records_res r WHERE r.rid = t.rid"
_OF_RID = f"({_ITS.format(_OF_ROW.format(r='r', k=NAME))})"
_OF_OLD = _OF_ROW.format(r="t", k=f"({_ITS.format(NAME)})")

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {
    "records_res": Owned(_OF_RES),
    "records_hist": Owned(_OF_OLD),
    "records_party": Owned("t.patient"),
    **{
        f"records_{name}": Owned(_OF_RID, order=("rid", *columns))
        for name, columns in (
            ("tok", ("k",)),
            ("ref", ("param", "target")),
            ("date", ("param", "lo", "hi")),
            ("str", ("param", "value")),
            ("num", ("param", "value")),
            ("tok_num", ("k", "value")),
        )
    },
    "records_permit": Owned("t.patient"),
    "records_mark": Owned("t.patient"),
    "records_member": Owned("''"),
    "records_glass": Owned("t.patient"),
    "records_access": Owned("t.patient", order=("leaf",), remains=("leaf", "number")),
    "records_access_head": Owned("CASE WHEN t.patient = '*' THEN '' ELSE t.patient END"),
    "records_erasure": Owned("t.patient"),
    **links.OWNED,
    **signed.OWNED,
    "records_definition": Owned("''"),
    "records_alias": Owned("t.patient"),
    "records_sender": Owned("''"),
    "records_received": Owned("t.patient"),
    # Jobs end within a day, and name versions by numbers of this database: a copy has none.
    **{f"records_bulk{part}": None for part in ("", "_line", "_patient", "_refusal")},
    "records_merge": Owned("t.survivor"),
    "records_moved": Owned("t.patient"),
    # Numbers of this database, found again by looking once more.
    **{f"records_duplicate{part}": None for part in ("", "_scan")},
    "records_chore": Owned("CASE WHEN t.name LIKE 'rotate %' THEN substr(t.name, 8) ELSE '' END"),
    **subscriptions.OWNED,
    **imaging.OWNED,
}
MIGRATIONS: tuple[Step, ...] = (
    _resources,
    _indexes,
    _consent,
    _access,
    _definitions,
    _erasure,
    _rules,
    subscriptions.create,
    imaging.create,
    letters,
    bulk.create,
    duplicates.create,
    links.tables,
    signed.create,
    signed.remember,
)
