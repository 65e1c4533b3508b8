"""Seals what the twin keeps of a patient under her own key, so that it goes with her."""

from asklepion.kit.errors import Fault
from asklepion.kit.vault import Vault

NUMBER = 8  # bytes of a key's number before what it seals


class Sealing:
    """Seals texts and opens them again."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def seal(self, patient: str, text: bytes, context: str) -> bytes:
        """The text under the patient's key; opens only with the same context."""
        key = (await self._vault.current([patient]))[patient]
        number = key.id.to_bytes(NUMBER)
        return number + key.seal(text, number + context.encode())

    async def open(self, blob: bytes, context: str) -> bytes | None:
        """The text again; nothing where its key was destroyed.

        Raises:
            Fault: it was altered or put in another's place, or its key is lost.
        """
        number = blob[:NUMBER]
        id = int.from_bytes(number)
        key = (await self._vault.by_id([id])).get(id)
        if key is not None:
            return key.open(blob[NUMBER:], number + context.encode())
        if self._vault.is_destroyed(id):
            return None
        hint = "Restore the keys folder from your backup of it."
        raise Fault("The key of something stored is missing.", hint=hint)
