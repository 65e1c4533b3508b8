"""One data key for each owner, wrapped, in a file of its own that no database backup holds.

A key-encryption key outside wraps a root, the root wraps the data keys: so whoever wraps is asked
once in a while, not for each key, and all data keys can be wrapped anew in a moment. The file says
nothing of whose a key is: owners are keyed marks. What is destroyed leaves its number alone.
"""

import asyncio
import hmac
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from .errors import Fault
from .kek import Kek
from .log import get_log
from .secretfiles import SIZE

log = get_log(__name__)

CACHE_MOST = 4096  # unwrapped data keys held at once
CACHE_S = 300.0  # how long an unwrapped key is held
NONCE = 12
ATTEMPTS = 3  # at making a key, when all are being wrapped anew meanwhile
BATCH = 1000  # keys wrapped anew in one commit
PATIENCE_MS = 30_000
OLD, CURRENT, CONDEMNED = 0, 1, 2
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS root ("
    " id INTEGER PRIMARY KEY, kek TEXT NOT NULL, wrapped BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS data_key ("
    " id INTEGER PRIMARY KEY, owner BLOB NOT NULL, state INTEGER NOT NULL,"
    " root INTEGER NOT NULL, wrapped BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS data_key_owner ON data_key (owner)",
    "CREATE INDEX IF NOT EXISTS data_key_root ON data_key (root)",
    "CREATE UNIQUE INDEX IF NOT EXISTS data_key_current ON data_key (owner) WHERE state = 1",
    "CREATE TABLE IF NOT EXISTS destroyed (id INTEGER PRIMARY KEY)",
)
HINT = "Restore the keys folder from your backup of it."
T = TypeVar("T")
Row = tuple[int, int, bytes]  # id, root, wrapped


@dataclass(frozen=True, slots=True)
class DataKey:
    """One unwrapped key."""

    id: int
    cipher: AESGCM
    secret: bytes = field(repr=False)

    def derive(self, purpose: bytes) -> bytes:
        """32 bytes for one purpose; whoever destroys the key destroys them.

        Source: RFC 5869, section 2.3; the key is uniform, so that nothing is to be extracted.
        """
        return HKDFExpand(SHA256(), SIZE, b"asklepion derived " + purpose).derive(self.secret)

    def seal(self, text: bytes, context: bytes) -> bytes:
        """Encrypt; opens only with the same context."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self.cipher.encrypt(nonce, text, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt.

        Raises:
            Fault: it was altered, or belongs elsewhere.
        """
        try:
            return self.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise Fault("Something sealed is not as this house wrote it.", hint=VERIFY) from error


VERIFY = "Run `asklepion verify --all`, and compare with a backup."


class Vault:
    """Hands out data keys; unwrapped ones are held for minutes, and only so many.

    Args:
        keks: who wraps from now on, then others that may have wrapped before.
        marks: secret under which owners are known.
    """

    def __init__(
        self,
        path: Path,
        *,
        keks: Collection[Kek],
        marks: bytes,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._keks = {kek.name: kek for kek in reversed(tuple(keks))}
        self._kek = next(iter(keks))
        self._marks = marks
        self._now = now
        self._reader: sqlite3.Connection | None = None
        self._writing = threading.Lock()
        self._rooting = asyncio.Lock()
        self._seen = -1  # the file's version when the caches were filled
        self._keys: OrderedDict[int, tuple[DataKey, float]] = OrderedDict()
        self._current: dict[str, int] = {}
        self._roots: dict[int, tuple[AESGCM, float]] = {}

    # Asking for keys

    async def current(self, owners: Collection[str]) -> dict[str, DataKey]:
        """The key of each owner to seal with; made where there is none."""
        found = await self.known(owners)
        for _ in range(ATTEMPTS):
            missing = [owner for owner in owners if owner not in found]
            if not missing:
                return found
            root = await self._current_root()
            await self._write(partial(self._make, owners=missing, root=root))
            found |= await self.known(missing)
        raise Fault("A data key cannot be kept.", hint=HINT)

    async def known(self, owners: Collection[str]) -> dict[str, DataKey]:
        """The key of each owner that has one."""
        self._refresh()
        ids = {o: self._current[o] for o in owners if o in self._current}
        for owner in owners:
            if owner not in ids:
                sql = "SELECT id FROM data_key WHERE owner = ? AND state = 1"
                row = self._read(sql, (self.mark(owner),)).fetchone()
                if row:
                    ids[owner] = row[0]
                    if len(self._current) >= CACHE_MOST:
                        self._current.clear()
                    self._current[owner] = row[0]
        keys = await self.by_id(set(ids.values()))
        return {owner: keys[id] for owner, id in ids.items() if id in keys}

    async def by_id(self, ids: Collection[int]) -> dict[int, DataKey]:
        """Those of these keys that still are."""
        self._refresh()
        now, found = self._now(), dict[int, DataKey]()
        for id in ids:
            held = self._keys.get(id)
            if held and held[1] > now:
                found[id] = held[0]
                continue
            sql = "SELECT id, root, wrapped FROM data_key WHERE id = ?"
            row: Row | None = self._read(sql, (id,)).fetchone()
            if row:
                found[id] = self._keep(await self._unwrap(row))
        return found

    def is_destroyed(self, id: int) -> bool:
        """Whether this key was destroyed, rather than lost."""
        return self._read("SELECT 1 FROM destroyed WHERE id = ?", (id,)).fetchone() is not None

    def mark(self, owner: str) -> bytes:
        """What an owner is known by where she is not to be named."""
        return hmac.digest(self._marks, owner.encode(), "sha256")[:16]

    def ids_of(self, owner: str) -> list[int]:
        """Every key that an owner has or had, newest last; not those that were destroyed."""
        sql = "SELECT id FROM data_key WHERE owner = ? ORDER BY state = 1, rowid"
        return [row[0] for row in self._read(sql, (self.mark(owner),))]

    # Destroying

    async def condemn(self, owner: str) -> list[int]:
        """Use none of an owner's keys for anything new; they open until they are destroyed."""
        mark = self.mark(owner)
        sql = "UPDATE data_key SET state = 2 WHERE owner = ?"
        await self._write(lambda db: db.execute(sql, (mark,)))
        return self.ids_of(owner)

    async def destroy(self, ids: Iterable[int]) -> int:
        """Overwrite and remove keys for good, also in the file's own log; returns how many."""
        doomed = [(id,) for id in ids]
        count = await self._write(lambda db: _destroy(db, doomed))
        await asyncio.to_thread(self._truncate)
        return count

    # Rotating

    async def renew(self, owner: str) -> DataKey:
        """Seal with a new key from now on; the older ones still open."""
        mark, root = self.mark(owner), await self._current_root()

        def change(db: sqlite3.Connection) -> None:
            db.execute("UPDATE data_key SET state = 0 WHERE owner = ? AND state = 1", (mark,))
            self._make(db, [owner], root)

        await self._write(change)
        return (await self.known([owner]))[owner]

    async def rotate(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> int:
        """Wrap everything anew, under a new version outside and a new root; returns how many keys.

        Killed in the midst, the next one goes on from there.
        """
        newest: int = self._read("SELECT coalesce(max(id), 0) FROM root").fetchone()[0]
        if not self._left(newest):
            await self._kek.renew()
            newest = await self._make_root()
        total, done = self._left(newest), 0
        while not await self._write(partial(_drop_roots, but=newest)):
            done += await self._wrap_some(newest)
            tell(done, total)
        await asyncio.to_thread(self._truncate)
        await self._kek.retire()
        log.info("keys rotated", count=done)
        return done

    def _left(self, newest: int) -> int:
        sql = "SELECT count(*) FROM data_key WHERE root <> ?"
        return self._read(sql, (newest,)).fetchone()[0]

    async def _wrap_some(self, newest: int) -> int:
        sql = "SELECT id, root, wrapped FROM data_key WHERE root <> ? LIMIT ?"
        rows: list[Row] = self._read(sql, (newest, BATCH)).fetchall()
        root = await self._root(newest)
        fresh = [
            (newest, _seal(root, _open(await self._root(old), wrapped, id), id), id, old)
            for id, old, wrapped in rows
        ]
        sql = "UPDATE data_key SET root = ?, wrapped = ? WHERE id = ? AND root = ?"
        await self._write(lambda db: db.executemany(sql, fresh))
        return len(rows)

    # Roots

    async def _current_root(self) -> int:
        """The root to wrap with; made where there is none."""
        row = self._read("SELECT max(id) FROM root").fetchone()
        id: int = row[0] if row[0] is not None else await self._make_root()
        await self._root(id)
        return id

    async def _make_root(self) -> int:
        """The number of a new root; of two who make one at once, the second keeps the first's."""
        id = (self._read("SELECT max(id) FROM root").fetchone()[0] or 0) + 1
        wrapped = await self._kek.wrap(secrets.token_bytes(SIZE), _root_context(id))
        values = (id, self._kek.name, wrapped)
        sql = "INSERT INTO root VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        await self._write(lambda db: db.execute(sql, values))
        return id

    async def _root(self, id: int) -> AESGCM:
        """One root, unwrapped; whoever wraps is asked again every few minutes."""
        async with self._rooting:
            held = self._roots.get(id)
            if held and held[1] > self._now():
                return held[0]
            row = self._read("SELECT kek, wrapped FROM root WHERE id = ?", (id,)).fetchone()
            kek = self._keks.get(row[0]) if row else None
            if row is None or kek is None:
                raise Fault("The key that wraps a data key is missing.", hint=HINT)
            cipher = AESGCM(await kek.unwrap(row[1], _root_context(id)))
            self._roots[id] = (cipher, self._now() + CACHE_S)
            return cipher

    async def _unwrap(self, row: Row) -> DataKey:
        id, root, wrapped = row
        secret = _open(await self._root(root), wrapped, id)
        return DataKey(id, AESGCM(secret), secret)

    def _keep(self, key: DataKey) -> DataKey:
        self._keys[key.id] = (key, self._now() + CACHE_S)
        self._keys.move_to_end(key.id)
        if len(self._keys) > CACHE_MOST:
            self._keys.popitem(last=False)
        return key

    # The file

    def _make(self, db: sqlite3.Connection, owners: Iterable[str], root: int) -> None:
        cipher, _ = self._roots[root]
        rows: list[tuple[int, bytes, int, bytes]] = []
        for owner in dict.fromkeys(owners):
            id = secrets.randbits(63)
            rows.append((id, self.mark(owner), root, _seal(cipher, secrets.token_bytes(SIZE), id)))
        if db.execute(
            "SELECT 1 FROM root WHERE id = ?", (root,)
        ).fetchone():  # none after a rotation
            sql = "INSERT INTO data_key VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING"
            db.executemany(sql, rows)

    def _refresh(self) -> None:
        """Forget what was held if somebody, also in another process, changed the file."""
        (version,) = self._read("PRAGMA data_version").fetchone()
        if version != self._seen:
            self._seen = version
            self._keys.clear()
            self._current.clear()

    def _read(self, sql: str, values: tuple[int | bytes, ...] = ()) -> sqlite3.Cursor:
        if self._reader is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with closing(self._connect()) as db:
                for line in SCHEMA:
                    db.execute(line)
            self._path.chmod(0o600)
            self._reader = self._connect()
        return self._reader.execute(sql, values)

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        self._read("SELECT 1")  # makes the file where there is none
        return await asyncio.to_thread(self._change, change)

    def _change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        with self._writing, closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            result = change(db)
            db.execute("COMMIT")
            return result

    def _truncate(self) -> None:
        with self._writing, closing(self._connect()) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in (
            f"busy_timeout = {PATIENCE_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
        ):
            db.execute(f"PRAGMA {pragma}")
        return db

    def close(self) -> None:
        """Let the file go, and forget every key."""
        if self._reader:
            self._reader.close()
        self._reader = None
        self._keys.clear()
        self._current.clear()
        self._roots.clear()


def _destroy(db: sqlite3.Connection, doomed: list[tuple[int]]) -> int:
    count = 0
    for one in doomed:
        db.execute("UPDATE data_key SET wrapped = randomblob(length(wrapped)) WHERE id = ?", one)
        count += db.execute("DELETE FROM data_key WHERE id = ?", one).rowcount
        db.execute("INSERT INTO destroyed VALUES (?) ON CONFLICT DO NOTHING", one)
    return count


def _drop_roots(db: sqlite3.Connection, but: int) -> bool:
    """Remove every root but one; nothing happens while some key still needs another."""
    if db.execute("SELECT 1 FROM data_key WHERE root <> ? LIMIT 1", (but,)).fetchone():
        return False
    db.execute("DELETE FROM root WHERE id <> ?", (but,))
    return True


def _root_context(id: int) -> str:
    return f"asklepion root {id}"


def _seal(root: AESGCM, key: bytes, id: int) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + root.encrypt(nonce, key, f"asklepion key {id}".encode())


def _open(root: AESGCM, wrapped: bytes, id: int) -> bytes:
    try:
        return root.decrypt(wrapped[:NONCE], wrapped[NONCE:], f"asklepion key {id}".encode())
    except (InvalidTag, ValueError) as error:
        raise Fault("A wrapped data key is not as this house wrote it.", hint=HINT) from error
