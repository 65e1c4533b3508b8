"""The chain beside a backup of the house: a file of its own, since it holds nothing to be sealed.

It is copied before the database is read: a log that is older than what is anchored of it would look
as if somebody had taken entries back.
"""

import asyncio
import shutil
from pathlib import Path

from asklepion.kit.errors import NotFound
from asklepion.kit.log import get_log

from .embedded import EmbeddedChain
from .protocol import Chain

log = get_log(__name__)

SUFFIX = ".chain.sqlite"


async def back_up_chain(chain: Chain, backup: Path) -> Path | None:
    """Copy the house's own chain beside a backup; nothing where it has none."""
    if not isinstance(chain, EmbeddedChain):
        return None
    path, draft = backup.with_suffix(SUFFIX), backup.with_suffix(".chain.new")
    await asyncio.to_thread(_make_room, draft)
    try:
        await chain.copy_to(draft)
    except NotFound:
        return None
    await asyncio.to_thread(draft.replace, path)
    log.info("chain copied")
    return path


def restore_chain(backup: Path, path: Path) -> bool:
    """Put the chain back that lies beside a backup, unless there is one; returns whether it was."""
    copy = backup.with_suffix(SUFFIX)
    if path.exists() or not copy.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".restoring")
    shutil.copyfile(copy, draft)
    draft.replace(path)
    return True


def _make_room(draft: Path) -> None:
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)
