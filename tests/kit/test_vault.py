import json
import shutil
import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from asklepion.kit.errors import Busy, Fault, Incorrect
from asklepion.kit.kek import KekFile, kek_of
from asklepion.kit.keys import Keys
from asklepion.kit.vault import CACHE_MOST, CACHE_S, DataKey, Vault

from .transit import TOKEN, Transit, serve_transit

MEI, JONAS = "Patient/mei", "Patient/jonas"

# What a key command may look like: it keeps its key in a file of its own.
COMMAND = """
import base64, json, os, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
path = sys.argv[1]
if not os.path.exists(path):
    open(path, "wb").write(os.urandom(32))
said = json.load(sys.stdin)
key, context = AESGCM(open(path, "rb").read()), said.get("context", "").encode()
match said["do"]:
    case "wrap":
        held = bytes(12) + key.encrypt(bytes(12), base64.b64decode(said["key"]), context)
        print(json.dumps({"wrapped": base64.b64encode(held).decode()}))
    case "unwrap":
        held = base64.b64decode(said["wrapped"])
        found = key.decrypt(held[:12], held[12:], context)
        print(json.dumps({"key": base64.b64encode(found).decode()}))
    case _:
        print("{}")
"""


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch) -> Generator[Transit]:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with serve_transit() as transit:
        yield transit


@pytest.fixture(params=["file", "command", "transit"])
def kek(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The setting of each way to wrap keys."""
    match request.param:
        case "file":
            return "file"
        case "command":
            script = tmp_path / "wrap.py"
            script.write_text(COMMAND)
            return f"command:{sys.executable} {script} {tmp_path / 'outside.bin'}"
        case _:
            transit: Transit = request.getfixturevalue("transit")
            return transit.url


def vault_in(folder: Path, kek: str = "file") -> Vault:
    """As after a restart."""
    return Keys(folder, kek).vault


def held_in(folder: Path) -> bytes:
    """Every byte of the vault's files."""
    return b"".join(path.read_bytes() for path in folder.glob("vault.sqlite*"))


def keks_in(folder: Path) -> list[Path]:
    return list(folder.glob("kek-*.key"))


async def test_whoever_owns_something_has_one_key_for_ever(tmp_path: Path, kek: str) -> None:
    key = (await vault_in(tmp_path, kek).current([MEI, JONAS]))[MEI]
    sealed = key.seal(b"secret", b"Observation/1/1")

    again = await vault_in(tmp_path, kek).current([MEI])
    by_id = await vault_in(tmp_path, kek).by_id([key.id])

    assert again[MEI].id == key.id
    assert by_id[key.id].open(sealed, b"Observation/1/1") == b"secret"


async def test_two_people_have_two_keys_and_neither_opens_the_others(tmp_path: Path) -> None:
    keys = await vault_in(tmp_path).current([MEI, JONAS])
    sealed = keys[MEI].seal(b"secret", b"here")

    with pytest.raises(Fault, match="not as this house wrote it"):
        keys[JONAS].open(sealed, b"here")
    with pytest.raises(Fault, match="not as this house wrote it"):
        keys[MEI].open(sealed, b"elsewhere")
    with pytest.raises(Fault, match="not as this house wrote it"):
        keys[MEI].open(b"", b"here")


async def test_the_vault_says_neither_whose_a_key_is_nor_what_it_is(
    tmp_path: Path, kek: str
) -> None:
    vault = vault_in(tmp_path, kek)
    await vault.current([MEI])
    vault.close()

    assert MEI.encode() not in held_in(tmp_path)
    assert (tmp_path / "vault.sqlite").stat().st_mode & 0o077 == 0


async def test_a_destroyed_key_is_gone_from_the_file_its_log_and_every_open_house(
    tmp_path: Path,
) -> None:
    one, other = vault_in(tmp_path), vault_in(tmp_path)
    key = (await one.current([MEI, JONAS]))[MEI]
    assert (await other.current([MEI]))[MEI].id == key.id  # and holds it unwrapped
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as db:
        rows = dict(db.execute("SELECT id, wrapped FROM data_key").fetchall())

    ids = await one.condemn(MEI)
    fresh = (await other.current([MEI]))[MEI]
    still = await other.by_id(ids)
    count = await one.destroy(ids)

    assert (ids, count, fresh.id != key.id, set(still)) == ([key.id], 1, True, {key.id})
    assert await other.by_id([key.id]) == {}
    assert other.is_destroyed(key.id)
    assert not other.is_destroyed(fresh.id)
    held = held_in(tmp_path)
    assert rows.pop(key.id) not in held
    assert all(wrapped in held for wrapped in rows.values())  # the others' are there


async def test_after_a_rotation_everything_opens_and_no_older_copy_of_the_vault_does(
    tmp_path: Path, transit: Transit
) -> None:
    folder = tmp_path / "keys"
    vault = vault_in(folder, transit.url)
    key = (await vault.current([MEI]))[MEI]
    sealed = key.seal(b"secret", b"here")
    vault.close()
    copy = shutil.copytree(folder, tmp_path / "copy")

    count = await vault_in(folder, transit.url).rotate()

    assert count == 1
    assert (await vault_in(folder, transit.url).by_id([key.id]))[key.id].open(sealed, b"here")
    with pytest.raises(Fault):
        await vault_in(copy, transit.url).by_id([key.id])


async def test_a_rotation_that_was_killed_goes_on_where_it_was(
    tmp_path: Path, kek: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.kit.vault.BATCH", 10)
    owners = [f"Patient/{number}" for number in range(55)]
    ids = {key.id for key in (await vault_in(tmp_path, kek).current(owners)).values()}

    def killed(done: int, _: int) -> None:
        if done >= 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await vault_in(tmp_path, kek).rotate(killed)
    between = await vault_in(tmp_path, kek).by_id(ids)
    seen: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        seen.append((done, total))

    done = await vault_in(tmp_path, kek).rotate(tell)

    assert set(between) == ids
    assert done == 25
    assert seen == [(10, 25), (20, 25), (25, 25)]
    assert set(await vault_in(tmp_path, kek).by_id(ids)) == ids
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM root").fetchone() == (1,)


async def test_a_rotation_of_the_file_leaves_one_file(tmp_path: Path) -> None:
    await vault_in(tmp_path).current([MEI])

    await vault_in(tmp_path).rotate()

    assert [path.name for path in keks_in(tmp_path)] == ["kek-2.key"]


async def test_a_house_may_move_from_a_file_to_a_key_service_by_rotating(
    tmp_path: Path, transit: Transit
) -> None:
    key = (await vault_in(tmp_path).current([MEI]))[MEI]

    await vault_in(tmp_path, transit.url).rotate()
    for path in keks_in(tmp_path):
        path.unlink()

    assert set(await vault_in(tmp_path, transit.url).by_id([key.id])) == {key.id}


async def test_the_key_service_is_asked_once_and_again_only_after_minutes(
    tmp_path: Path, transit: Transit
) -> None:
    at = [0.0]
    kek = kek_of(transit.url, tmp_path)
    assert kek
    vault = Vault(tmp_path / "vault.sqlite", keks=[kek], marks=b"m" * 32, now=lambda: at[0])
    keys = await vault.current([f"Patient/{number}" for number in range(50)])
    before = len(transit.asked)

    for _ in range(3):
        await vault.by_id([key.id for key in keys.values()])
    within = len(transit.asked)
    transit.is_down, at[0] = True, CACHE_S + 1

    assert within == before
    with pytest.raises(Busy, match="503"):
        await vault.by_id([key.id for key in keys.values()])
    transit.is_down = False
    assert len(await vault.by_id([key.id for key in keys.values()])) == 50


async def test_only_so_many_unwrapped_keys_are_held(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)

    await vault.current([f"Patient/{number}" for number in range(CACHE_MOST + 100)])

    held: dict[int, tuple[DataKey, float]] = vars(vault)["_keys"]
    assert len(held) == CACHE_MOST


async def test_a_new_key_of_an_owner_leaves_the_older_ones_open(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    old = (await vault.current([MEI]))[MEI]

    new = await vault.renew(MEI)

    assert (await vault.current([MEI]))[MEI].id == new.id != old.id
    assert set(await vault.by_id([old.id])) == {old.id}
    assert vault.ids_of(MEI) == [old.id, new.id]


async def test_a_key_service_that_answers_nonsense_or_no_is_a_fault(
    tmp_path: Path, transit: Transit, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = tmp_path / "says.py"
    for answer in ("no JSON", "[]", json.dumps({"wrapped": "%%"}), "{}"):
        says.write_text(f"print({answer!r})")
        kek = kek_of(f"command:{sys.executable} {says}", tmp_path)
        assert kek
        with pytest.raises(Fault):
            await kek.wrap(b"k" * 32, "here")
    monkeypatch.setenv("VAULT_TOKEN", "wrong")
    with pytest.raises(Fault, match="403"):
        await vault_in(tmp_path, transit.url).current([MEI])


async def test_what_was_wrapped_opens_only_where_it_belongs(tmp_path: Path, kek: str) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    who = kek_of(kek, folder) or KekFile(folder)
    wrapped = await who.wrap(b"k" * 32, "root 1")

    assert await who.unwrap(wrapped, "root 1") == b"k" * 32
    with pytest.raises(Fault):
        await who.unwrap(wrapped, "root 2")


@pytest.mark.parametrize(
    "setting", ["http://example.org/v1/transit/house", "ftp://localhost/a/b/c", "command:", "cloud"]
)
def test_keys_are_never_sent_over_a_network_in_the_clear_nor_to_nowhere(
    setting: str, tmp_path: Path
) -> None:
    with pytest.raises(Incorrect, match="ASKLEPION_KEK"):
        kek_of(setting, tmp_path)


async def test_a_key_gives_the_same_bytes_for_one_purpose_until_it_is_destroyed(
    tmp_path: Path,
) -> None:
    vault = Keys(tmp_path).vault
    mei = (await vault.current([MEI]))[MEI]
    jonas = (await vault.current([JONAS]))[JONAS]

    again = (await Keys(tmp_path).vault.by_id([mei.id]))[mei.id]
    assert again.derive(b"one") == mei.derive(b"one")
    assert len({mei.derive(b"one"), mei.derive(b"two"), jonas.derive(b"one")}) == 3
    assert mei.derive(b"one").hex() not in repr(mei)
    await vault.destroy([mei.id])
    assert await Keys(tmp_path).vault.by_id([mei.id]) == {}
