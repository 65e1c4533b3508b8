"""Our contracts from outside: calls, answers, events, errors, and what is signed for them.

Importing this costs half a second (eth-abi): import it where a chain is spoken to, not before.
"""

from .artefacts import Artefact, artefact, names
from .codec import Contract, Event, Failure, contract, read_failure
from .passkeys import account_address, assertion_signature, key_id
from .signing import (
    Transaction,
    address_of,
    checksum,
    create2_address,
    created_address,
    keccak,
    recover,
    sign,
    sign_transaction,
)
from .typed import (
    CONSENT_DOMAIN,
    FORWARDER_DOMAIN,
    PASSKEY_DOMAIN,
    Domain,
    digest,
    personal_digest,
    typed_data,
)
from .values import (
    Approve,
    Call,
    ConsentState,
    Execute,
    ForwardRequest,
    ForwardRequestData,
    Grant,
    Guard,
    Head,
    PasskeyPoint,
    Recovery,
    Revoke,
    Status,
    new_record,
)

__all__ = [
    "CONSENT_DOMAIN",
    "FORWARDER_DOMAIN",
    "PASSKEY_DOMAIN",
    "Approve",
    "Artefact",
    "Call",
    "ConsentState",
    "Contract",
    "Domain",
    "Event",
    "Execute",
    "Failure",
    "ForwardRequest",
    "ForwardRequestData",
    "Grant",
    "Guard",
    "Head",
    "PasskeyPoint",
    "Recovery",
    "Revoke",
    "Status",
    "Transaction",
    "account_address",
    "address_of",
    "artefact",
    "assertion_signature",
    "checksum",
    "contract",
    "create2_address",
    "created_address",
    "digest",
    "keccak",
    "key_id",
    "names",
    "new_record",
    "personal_digest",
    "read_failure",
    "recover",
    "sign",
    "sign_transaction",
    "typed_data",
]
