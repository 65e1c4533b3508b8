"""Everything that speaks with the chain, set up for one chain; half a second to import."""

from dataclasses import dataclass

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.errors import Fault
from asklepion.kit.keys import Keys

from ...engine.abi import address_of
from ...engine.binding import chain_name, log_id
from ...store.outbox import ContractRow
from ..chain import Chain
from ..receipting import Ledger
from .anchoring import Anchorer
from .deploying import Deployer, Secrets
from .sending import Sender


@dataclass(frozen=True, kw_only=True)
class Work:
    """Who does what on one chain."""

    contracts: dict[str, ContractRow]
    sender: Sender
    anchorer: Anchorer


async def set_up(db: Database, clock: Clock, keys: Keys, ledger: Ledger, chain: Chain) -> Work:
    """Deploy what is missing, look at what is there, and have sent again what was lost.

    Raises:
        Fault: the chain is not the one that this house used, or lost what was there.
    """
    genesis = await chain.block(0)
    if genesis is None:
        raise Fault("The chain has no first block.", hint="Give another ASKLEPION_CHAIN_URL.")
    name = chain_name(chain.id, genesis)
    secrets = Secrets(admin=keys.key("chain-admin"), relayer=keys.key("chain-relayer"))
    issuer = log_id(ledger.verifier_key)
    contracts = await Deployer(db=db, chain=chain, secrets=secrets, issuer=issuer).run(name)
    sender = Sender(
        db=db, clock=clock, chain=chain, name=name, key=secrets.relayer, contracts=contracts
    )
    await sender.take_over()
    await sender.recall()
    anchorer = Anchorer(
        db=db,
        clock=clock,
        ledger=ledger,
        chain=chain,
        name=name,
        contracts=contracts,
        sender=address_of(secrets.relayer),
    )
    return Work(contracts=contracts, sender=sender, anchorer=anchorer)
