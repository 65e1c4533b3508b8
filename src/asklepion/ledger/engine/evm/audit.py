"""Looks at all that is stored of the chain again, and names what is not as it was written."""

from collections.abc import Callable, Sequence
from typing import Any

from eth_hash.auto import keccak
from eth_utils.exceptions import ValidationError

from ...model import Finding
from .codec import decode_header, decode_receipt, decode_transaction, encode_header, log_rows
from .ground import rules
from .roots import rlp_block, root_of
from .store import BlockRow, ChainStore, TransactionRow, columns_of
from .trees import Reference, references, roots_of

BLOCK, TRANSACTION, LOG, NODE = "chain_block", "chain_transaction", "chain_log", "chain_node"
MISSING, ADDED = "missing", "was not written by this house"
UNREADABLE = "cannot be read"
MOST = 1000  # findings
PAGE = 2000


class ChainAudit:
    """One audit of a chain's file, inside one snapshot."""

    def __init__(self, store: ChainStore, chain_id: int) -> None:
        self._store = store
        self._chain_id = chain_id
        self.findings: list[Finding] = []
        self._parent: Any = None

    def run(self) -> list[Finding]:
        """Look at every row; an empty list says that all is as it was written."""
        with self._store.snapshot():
            held = self._store.fact("chain")
            if held != self._chain_id.to_bytes(32, "big"):
                self._tell("chain_fact", "chain", "names another chain")
            newest = self._store.newest()
            if newest is None:
                self._tell(BLOCK, 0, MISSING)
                return self.findings
            for number in range(newest.number + 1):
                self._carefully(BLOCK, number, lambda n=number: self._block(n))
                if len(self.findings) >= MOST:
                    return self.findings
            for table, number, place in self._store.strays(newest.number):
                self._tell(table, f"{number}:{place}", ADDED)
            self._carefully(BLOCK, newest.number, lambda: self._state(newest))
        return self.findings

    def _tell(self, table: str, row: object, what: str) -> None:
        self.findings.append(Finding(table, str(row), what))

    def _carefully(self, table: str, row: object, look: Callable[[], None]) -> None:
        """Look at what may hold anything that somebody put there."""
        try:
            look()
        except Exception as error:  # py-evm raises whatever it stumbles upon
            self._tell(table, row, f"{UNREADABLE} ({type(error).__name__})")

    # Blocks

    def _block(self, number: int) -> None:
        row, parent = self._store.block_by_number(number), self._parent
        self._parent = None
        if row is None:
            return self._tell(BLOCK, number, MISSING)
        rows = self._store.transactions_in(number)
        self._header(row, rows, parent)
        header = self._parent = decode_header(row.header)
        for place, each in enumerate(rows):
            name = f"{number}:{place}"
            self._carefully(TRANSACTION, name, lambda e=each, p=place: self._transaction(e, p))
        if root_of([each.raw for each in rows]) != header.transaction_root:
            self._tell(BLOCK, number, "its transactions are not those of its header")
        self._receipts(header, rows)
        size = len(rlp_block(row.header, [each.raw for each in rows]))
        if row.size != size:
            self._tell(BLOCK, number, f"its size is {size}, not {row.size}")

    def _header(self, row: BlockRow, rows: Sequence[TransactionRow], parent: Any) -> None:
        hash = keccak(row.header)
        if hash != row.hash:
            where = self._altered(row, rows, parent)
            self._tell(BLOCK, row.number, where or f"its hash differs {_where(hash, row.hash)}")
            return
        header = decode_header(row.header)
        if header.block_number != row.number:
            self._tell(BLOCK, row.number, f"its header is that of block {header.block_number}")
        if parent is not None:
            if header.parent_hash != parent.hash:
                self._tell(BLOCK, row.number, "it does not follow the block before it")
            try:
                rules.validate_header(header, parent)
            except ValidationError as error:
                self._tell(BLOCK, row.number, f"its header breaks the rules: {error}"[:200])

    def _altered(self, row: BlockRow, rows: Sequence[TransactionRow], parent: Any) -> str:
        """Where a header was altered, as far as the rest of the block tells what it said."""
        header, receipts = decode_header(row.header), [decode_receipt(r.receipt) for r in rows]
        bloom = 0
        for receipt in receipts:
            bloom |= receipt.bloom
        mended = header.copy(
            block_number=row.number,
            parent_hash=parent.hash if parent is not None else header.parent_hash,
            transaction_root=root_of([r.raw for r in rows]),
            receipt_root=root_of([r.receipt for r in rows]),
            gas_used=receipts[-1].gas_used if receipts else 0,
            bloom=bloom,
        )
        written = encode_header(mended)
        if keccak(written) != row.hash:
            return ""
        return f"its header differs {_where(written, row.header)}"

    def _transaction(self, row: TransactionRow, place: int) -> None:
        name = f"{row.number}:{place}"
        if row.position != place:
            self._tell(TRANSACTION, name, f"stands at place {row.position}")
        hash = keccak(row.raw)
        if hash != row.hash:
            self._tell(TRANSACTION, name, f"its hash differs {_where(hash, row.hash)}")
        sender = decode_transaction(row.raw).sender
        if sender != row.sender:
            self._tell(TRANSACTION, name, f"its sender differs {_where(sender, row.sender)}")

    def _receipts(self, header: Any, rows: Sequence[TransactionRow]) -> None:
        number = header.block_number
        if root_of([each.receipt for each in rows]) != header.receipt_root:
            self._tell(BLOCK, number, "its receipts are not those of its header")
            return
        receipts = [decode_receipt(each.receipt) for each in rows]
        used = receipts[-1].gas_used if receipts else 0
        bloom = 0
        for receipt in receipts:
            bloom |= receipt.bloom
        if (used, bloom) != (header.gas_used, header.bloom):
            self._tell(BLOCK, number, "its gas or its bloom is not that of its receipts")
        self._logs(number, [columns_of(row) for row in log_rows(number, receipts)])

    def _logs(self, number: int, expected: Sequence[tuple[Any, ...]]) -> None:
        stored = {row[1]: row for row in self._store.raw_logs(number)}
        for row in expected:
            found = stored.pop(row[1], None)
            if found is None:
                self._tell(LOG, f"{number}:{row[1]}", MISSING)
            elif found != row:
                self._tell(LOG, f"{number}:{row[1]}", _difference(row, found))
        for place in stored:
            self._tell(LOG, f"{number}:{place}", ADDED)

    # States

    def _state(self, newest: BlockRow) -> None:
        """See that each node is that of its hash, and that the newest state is whole."""
        at = b""
        while page := self._store.nodes_after(at, PAGE):
            for hash, value in page:
                if not isinstance(value, bytes) or keccak(value) != hash:
                    self._tell(NODE, _name(hash), "is not the node of its hash")
                if len(self.findings) >= MOST:
                    return
            at = page[-1][0]
        left: list[Reference] = roots_of([decode_header(newest.header).state_root])
        seen: set[bytes] = set()
        while left:
            kind, hash = left.pop()
            if hash in seen:
                continue
            seen.add(hash)
            value = self._store.node(hash)
            if value is None:
                self._tell(NODE, _name(hash), f"{MISSING}, and the newest state needs it")
            else:
                self._carefully(
                    NODE, _name(hash), lambda k=kind, v=value: left.extend(references(k, v))
                )
            if len(self.findings) >= MOST:
                return


def _name(hash: Any) -> str:
    return f"0x{hash.hex()}" if isinstance(hash, bytes) else "of no hash"


def _where(written: bytes, stored: Any) -> str:
    """The first byte that is not as it was written."""
    if not isinstance(stored, bytes):
        return "in its type"
    pairs = zip(written, stored, strict=False)
    at = next((n for n, (one, other) in enumerate(pairs) if one != other), None)
    return f"from byte {min(len(written), len(stored)) if at is None else at} on"


def _difference(written: Sequence[Any], stored: Sequence[Any]) -> str:
    names = ("number", "idx", "position", "address", "topic0", "topic1", "topic2", "topic3")
    for name, one, other in zip((*names, "content"), written, stored, strict=True):
        if one != other:
            where = f" {_where(one, other)}" if isinstance(one, bytes) else ""
            return f"its {name} differs{where}"
    return "differs"
