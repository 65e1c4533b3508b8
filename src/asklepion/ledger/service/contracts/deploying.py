"""Our contracts on the chain: planned, deployed once, and looked at again at every start.

Where each will lie is kept before the first is sent, so that what people sign meanwhile is signed
for the right place, and a stop in the midst leaves nothing twice.
"""

import asyncio
import itertools
from dataclasses import dataclass

from asklepion.kit.db import Database
from asklepion.kit.errors import Fault
from asklepion.kit.log import get_log

from ...engine.abi import (
    Transaction,
    address_of,
    checksum,
    contract,
    created_address,
    keccak,
    sign_transaction,
)
from ...store import outbox
from ...store.outbox import ContractRow
from ..chain import Chain
from .fees import Fees, fees_of

log = get_log(__name__)

# In the order in which they are deployed: the registry trusts the forwarder.
DEPLOYED = ("Forwarder", "Anchor", "Consent", "StatusRegistry", "PasskeyAccounts")
LOCK = "ledger.contracts"
GAS = 9_000_000  # for the largest of them
SET_ISSUER_GAS = 100_000
LOOK_S, PATIENCE_S = 0.2, 60.0  # how often, and for how long, it is looked whether it is there
CHAIN_HINT = "Give ASKLEPION_CHAIN_URL of the chain that this house used before, or a new one."


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """The two keys that the house acts with on the chain."""

    admin: bytes  # deploys, and holds the roles
    relayer: bytes  # pays, anchors, forwards


class Deployer:
    """Puts the contracts where the plan says."""

    def __init__(self, *, db: Database, chain: Chain, secrets: Secrets, issuer: bytes) -> None:
        self._db = db
        self._chain = chain
        self._secrets = secrets
        self._issuer = issuer

    async def run(self, name: str) -> dict[str, ContractRow]:
        """Every contract, deployed and looked at; `name` is the chain's own, from its first block.

        Raises:
            Fault: at an address lies something else than was deployed there.
        """
        planned = await self._plan(name)
        for row in planned:
            await self._require_there(row if row.block >= 0 else await self._deploy(row, planned))
        await self._appoint(name)
        async with self._db.read() as tx:
            return {row.name: row for row in await outbox.contracts_of(tx, name)}

    async def _plan(self, name: str) -> list[ContractRow]:
        admin = address_of(self._secrets.admin)
        nonce = await self._chain.nonce(admin)
        async with self._db.begin() as tx:
            await tx.lock(LOCK)
            known = {row.name: row for row in await outbox.contracts_of(tx, name)}
            planned = (row.nonce + 1 for row in known.values() if row.block < 0)
            free = itertools.count(max(nonce, *planned, 0))
            for each in DEPLOYED:
                if each not in known:
                    at = next(free)
                    row = ContractRow(name, each, created_address(admin, at), b"", -1, at, 1)
                    await outbox.keep_contract(tx, row)
                    known[each] = row
            await outbox.use_chain(tx, name)
        return [known[each] for each in DEPLOYED]

    async def _deploy(self, row: ContractRow, planned: list[ContractRow]) -> ContractRow:
        if not await self._chain.code(row.address):
            admin = address_of(self._secrets.admin)
            if await self._chain.nonce(admin) > row.nonce:  # sent before this house was stopped
                await self._wait_for(row)
            else:
                await self._send(row.nonce, b"", self._creation(row.name, planned), GAS)
        code = await self._chain.code(row.address)
        if not contract(row.name).artefact.is_deployed_as(code):
            raise _not_there(row)
        done = row._replace(code=keccak(code), block=(await self._chain.head()).number)
        async with self._db.begin() as tx:
            await outbox.keep_contract(tx, done)
        log.info("contract deployed", contract=row.name, address=checksum(row.address))
        return done

    async def _wait_for(self, row: ContractRow) -> None:
        for _ in range(int(PATIENCE_S / LOOK_S)):
            if await self._chain.code(row.address):
                return
            await asyncio.sleep(LOOK_S)
        raise Fault(
            f"{row.name} cannot come to lie where this house planned it.",
            hint="Somebody used the key chain-admin elsewhere. Use another chain.",
        )

    def _creation(self, name: str, planned: list[ContractRow]) -> bytes:
        admin, relayer = address_of(self._secrets.admin), address_of(self._secrets.relayer)
        at = {row.name: row.address for row in planned}
        arguments = {"Anchor": (admin, relayer), "StatusRegistry": (admin, at["Forwarder"])}
        return contract(name).init_code(*arguments.get(name, ()))

    async def _appoint(self, name: str) -> None:
        """The relayer publishes this house's status lists."""
        relayer = address_of(self._secrets.relayer)
        async with self._db.read() as tx:
            rows = {row.name: row for row in await outbox.contracts_of(tx, name)}
        registry, told = rows["StatusRegistry"].address, contract("StatusRegistry")
        asked = told.call("accountOf", self._issuer)
        if told.result("accountOf", await self._chain.call(registry, asked)) == relayer:
            return
        nonce = await self._chain.nonce(address_of(self._secrets.admin))
        data = told.call("setIssuer", self._issuer, relayer)
        await self._send(nonce, registry, data, SET_ISSUER_GAS)

    async def _send(self, nonce: int, to: bytes, data: bytes, gas: int) -> None:
        fees: Fees = await fees_of(self._chain)
        it = Transaction(self._chain.id, nonce, fees.tip, fees.most, gas, to, 0, data)
        raw = sign_transaction(self._secrets.admin, it)
        mined = await self._chain.mined(await self._chain.send(raw))
        if not mined.status:
            raise Fault("A contract cannot be set up on the chain.", hint="See the house's log.")

    async def _require_there(self, row: ContractRow) -> None:
        """It is still what it was; what we would deploy today may be newer."""
        if keccak(await self._chain.code(row.address)) != row.code:
            raise _not_there(row)


def _not_there(row: ContractRow) -> Fault:
    return Fault(
        f"At {checksum(row.address)} does not lie the contract {row.name} that this house"
        " deployed there.",
        hint=CHAIN_HINT,
    )
