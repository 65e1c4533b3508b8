"""The look that each account has chosen: a few signs of text, nothing of how a person really is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step, Tx


def _create(op: Operations) -> None:
    op.create_table(
        "world_look",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False),  # whom the account spoke as, if a patient
        sa.Column("look", sa.Text, nullable=False),
    )
    op.create_index("world_look_patient", "world_look", ["patient"])


MIGRATIONS: tuple[Step, ...] = (_create,)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {"world_look": Owned("t.patient", order=("patient", "account"))}


async def keep(tx: Tx, account: str, patient: str, look: str) -> None:
    """Keep what an account looks like from now on."""
    await tx.run(
        "INSERT INTO world_look (account, patient, look) VALUES (:account, :patient, :look)"
        " ON CONFLICT (account) DO UPDATE SET patient = excluded.patient, look = excluded.look",
        account=account,
        patient=patient,
        look=look,
    )


async def find(tx: Tx, account: str) -> str | None:
    row = await tx.one("SELECT look FROM world_look WHERE account = :account", account=account)
    return str(row[0]) if row else None


async def drop(tx: Tx, account: str) -> int:
    return await tx.run("DELETE FROM world_look WHERE account = :account", account=account)


async def drop_of_patient(tx: Tx, patient: str) -> int:
    return await tx.run("DELETE FROM world_look WHERE patient = :patient", patient=patient)


async def hand_over(tx: Tx, old: str, new: str, only: Sequence[str] | None) -> list[str]:
    """Let looks of one patient be another's; returns the accounts."""
    rows = await tx.all("SELECT account FROM world_look WHERE patient = :old", old=old)
    chosen = [str(row[0]) for row in rows if only is None or row[0] in only]
    for account in chosen:
        await tx.run(
            "UPDATE world_look SET patient = :new WHERE account = :account",
            new=new,
            account=account,
        )
    return chosen
