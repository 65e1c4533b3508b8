"""Why something shown proves nothing: a word for machines, a sentence for people."""

from asklepion.kit.errors import Incorrect


class Unproven(Incorrect):
    """What was shown does not prove what it says.

    Args:
        why: a word for machines, such as signature, audience, nonce, expired, revoked.
    """

    def __init__(self, why: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint or "Ask for it again, from its holder.")
        self.why = why
