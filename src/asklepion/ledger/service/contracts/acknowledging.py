"""An operator says what a restore lost: from then on it is told as that, and as no new fault."""

import secrets
from collections.abc import Sequence

from asklepion.kit.db import Database
from asklepion.kit.errors import Conflict, Fault
from asklepion.kit.log import get_log

from ...engine.binding import chain_name
from ...engine.commitment import canonical, commit
from ...engine.losses import Lost, loss_event
from ...model import KEY_BYTES
from ...store import losses
from ...store.losses import LossRow
from ..chain import Chain
from ..receipting import Ledger

log = get_log(__name__)


async def acknowledge(
    db: Database, ledger: Ledger, chain: Chain, lost: Sequence[Lost], at: str
) -> int:
    """Keep it as a leaf of the log, which names each block by its number and hash.

    Raises:
        Conflict: there is nothing to acknowledge.
        Fault: the chain has no first block.
    """
    if not lost:
        raise Conflict("No block is missing.", hint="See what `asklepion verify --all` says.")
    genesis = await chain.block(0)
    if genesis is None:
        raise Fault("The chain has no first block.", hint="Give another ASKLEPION_CHAIN_URL.")
    event = loss_event(chain_name(chain.id, genesis), await chain.head(), lost, at)
    key = secrets.token_bytes(KEY_BYTES)
    async with db.begin() as tx:
        (leaf,) = await ledger.append(tx, [commit(event, key)])
        await losses.add(tx, LossRow(leaf, canonical(event), key))
    log.warn("loss acknowledged", leaf=leaf, blocks=len(lost))
    return leaf
