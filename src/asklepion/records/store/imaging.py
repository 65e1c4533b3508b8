"""DICOM objects: where their sealed files lie, and to which study of whom they belong."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Tx

from ..wire import Query
from .plans import select_page

COLUMNS = (
    "id, patient, resource, study, series, instance, series_number, number, frames, size,"
    " stored_at, body"
)
FIELDS = tuple(COLUMNS.split(", "))


class ImageRow(NamedTuple):
    """One object; its file has the name of its id."""

    id: str
    patient: str  # Patient/…: whose key seals its file and its body
    resource: str  # id of the ImagingStudy that it belongs to
    study: str  # UIDs
    series: str
    instance: str
    series_number: int
    number: int
    frames: int
    size: int  # bytes as it came
    stored_at: int
    body: bytes  # what it says of itself, sealed


def create(op: Operations) -> None:
    """The table."""
    op.create_table(
        "records_image",
        sa.Column("id", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("patient", "resource", "study", "series", "instance")
        ),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("series_number", "number", "frames", "size", "stored_at")
        ),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("records_image_of", "records_image", ["patient", "instance"], unique=True)
    op.create_index("records_image_resource", "records_image", ["resource", "series", "number"])
    op.create_index("records_image_study", "records_image", ["study"])


OWNED: dict[str, Owned | None] = {"records_image": Owned("t.patient")}


async def add(tx: Tx, rows: Sequence[ImageRow]) -> None:
    """Write down objects that are there."""
    sql = (
        f"INSERT INTO records_image ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in FIELDS)})"
    )
    await tx.many(sql, [row._asdict() for row in rows])


async def find_instance(tx: Tx, patient: str, instance: str) -> ImageRow | None:
    """One object of one patient."""
    sql = f"SELECT {COLUMNS} FROM records_image WHERE patient = :patient AND instance = :instance"
    row = await tx.one(sql, patient=patient, instance=instance)
    return ImageRow(*row) if row else None


async def find_study(tx: Tx, patient: str, study: str) -> str | None:
    """The id of the ImagingStudy that a study of a patient has."""
    sql = "SELECT resource FROM records_image WHERE patient = :patient AND study = :study LIMIT 1"
    row = await tx.one(sql, patient=patient, study=study)
    return row[0] if row else None


async def find_resources(tx: Tx, study: str) -> list[str]:
    """The ImagingStudies that a study's UID may mean: as a rule one."""
    sql = "SELECT DISTINCT resource FROM records_image WHERE study = :study ORDER BY resource"
    return [row[0] for row in await tx.all(sql, study=study)]


async def find_of_resource(tx: Tx, resource: str) -> list[ImageRow]:
    """Every object of an ImagingStudy, in the order in which they are looked at."""
    sql = (
        f"SELECT {COLUMNS} FROM records_image WHERE resource = :resource"
        " ORDER BY series_number, series, number, instance"
    )
    return [ImageRow(*row) for row in await tx.all(sql, resource=resource)]


async def all_ids(tx: Tx) -> set[str]:
    """The names of all files that belong to something."""
    return {row[0] for row in await tx.all("SELECT id FROM records_image")}


async def forget(tx: Tx, patient: str) -> list[str]:
    """Take away what is one patient's; returns the names of the files."""
    sql = "DELETE FROM records_image WHERE patient = :patient RETURNING id"
    return [row[0] for row in await tx.all(sql, patient=patient)]


async def find_patients(tx: Tx, query: Query) -> list[int]:
    """The numbers of patients who have an identifier: to say whose an object is, not to show."""
    sql = select_page(query.shape)
    rows = await tx.all(sql, **query.values, type="Patient", limit=20)
    return [row[0] for row in rows]
