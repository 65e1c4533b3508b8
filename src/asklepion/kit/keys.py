"""Secrets kept beside the database, never in it: small files, made when first asked for."""

from functools import cached_property
from pathlib import Path

from .kek import Kek, KekFile, kek_of
from .secretfiles import SIZE, make_secret, read_secret
from .vault import Vault

__all__ = ["SIZE", "Keys"]


class Keys:
    """A folder of 32-byte keys, each known by the name of what it is for, and the vault.

    Args:
        kek: who wraps what is in the vault; see `kek_of`.
    """

    def __init__(self, folder: Path, kek: str = "file") -> None:
        self._folder = folder
        self._kek = kek
        self._known: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        """The key for one purpose; the same bytes for ever after.

        Raises:
            Fault: the key's file is damaged.
        """
        if purpose not in self._known:
            path = self._folder / f"{purpose}.key"
            self._known[purpose] = read_secret(path) or make_secret(path)
        return self._known[purpose]

    @cached_property
    def vault(self) -> Vault:
        """The data keys, one for each owner, wrapped.

        Raises:
            Incorrect: the setting of who wraps them cannot be read.
        """
        local = KekFile(self._folder)
        now: Kek = kek_of(self._kek, self._folder) or local
        path = self._folder / "vault.sqlite"
        return Vault(path, keks=(now, local), marks=self.key("vault-owners"))
