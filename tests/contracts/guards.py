"""Every guard that an attack must meet, and how to switch it off in a copy of the sources.

A copy asks, at each guard, a place in its storage whether the guard is off; so one compilation
serves to take out any of them, one at a time. An attack is shown to succeed where its guard is off.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

SWITCH = "src/Switch.sol"
SWITCH_SOURCE = """// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

function isOff(uint256 guard) view returns (bool off) {
    assembly ("memory-safe") {
        off := sload(add(shl(240, 0x0ff), guard))
    }
}
"""
IMPORT = 'import {isOff} from "src/Switch.sol";'

ACCOUNT, FACTORY = "src/PasskeyAccount.sol", "src/PasskeyAccounts.sol"
CONSENT, ANCHOR, STATUS = "src/Consent.sol", "src/Anchor.sol", "src/StatusRegistry.sol"
_OPENZEPPELIN = "@openzeppelin/contracts"
ACCESS = f"{_OPENZEPPELIN}/access/AccessControl.sol"
FORWARDER = f"{_OPENZEPPELIN}/metatx/ERC2771Forwarder.sol"
INITIALIZABLE = f"{_OPENZEPPELIN}/proxy/utils/Initializable.sol"
REENTRANCY = f"{_OPENZEPPELIN}/utils/ReentrancyGuardTransient.sol"
WEBAUTHN = f"{_OPENZEPPELIN}/utils/cryptography/WebAuthn.sol"
P256 = f"{_OPENZEPPELIN}/utils/cryptography/P256.sol"
ECDSA = f"{_OPENZEPPELIN}/utils/cryptography/ECDSA.sol"


@dataclass(frozen=True)
class Change:
    """A piece of source that stands there exactly once, and what stands there in the copy."""

    file: str
    old: str
    new: str  # isOff(#) becomes the guard's own switch


def slot(guard: str) -> int:
    """Where the copy looks whether this guard is off."""
    return (0x0FF << 240) + list(GUARDS).index(guard)


def _refusal(file: str, line: str) -> list[Change]:
    """A guard of the form `if (…) revert …;`."""
    found = re.fullmatch(r"if \((.*)\) (revert \w+\(.*\);)", line)
    assert found, line
    return [Change(file, line, f"if (({found[1]}) && !isOff(#)) {found[2]}")]


def _statement(file: str, line: str) -> list[Change]:
    """A guard that is a call."""
    return [Change(file, line, f"if (!isOff(#)) {line}")]


def _condition(file: str, line: str) -> list[Change]:
    """A guard within a longer condition."""
    return [Change(file, line, f"(isOff(#) || {line})")]


def _bound(file: str, struct_hash: str) -> list[Change]:
    """A signature bound to contract and chain by EIP-712."""
    line = f"_hashTypedDataV4({struct_hash})"
    return [Change(file, line, f"(isOff(#) ? {struct_hash} : {line})")]


GUARDS: dict[str, list[Change]] = {
    # Consent
    "granted once": _refusal(
        CONSENT, "if (known.subject != address(0)) revert AlreadyGranted(g.record);"
    ),
    "revoked for good": _refusal(CONSENT, "if (known.revoked) revert AlreadyRevoked(g.record);"),
    "record of subject": _refusal(
        CONSENT,
        "if (address(uint160(uint256(record))) != subject) revert NotOfSubject(record, subject);",
    ),
    "consent in time": _refusal(
        CONSENT, "if (block.timestamp > deadline) revert Expired(deadline);"
    ),
    "consent signed": _refusal(
        CONSENT,
        "if (!SignatureChecker.isValidSignatureNowCalldata(subject, digest, signature)) "
        "revert WrongSignature(subject);",
    ),
    "consent number": _statement(CONSENT, "_useCheckedNonce(subject, nonce);"),
    "consent bound": _bound(CONSENT, "keccak256(abi.encode(GRANT, g))"),
    # These two stand where no storage may be read: their copies go without them altogether.
    "lower half": [
        Change(
            ECDSA,
            f"if (uint256(s) > 0x7{'F' * 31}5D576E7357A4501DDFE92F46681B20A0) {{",
            "if (uint256(s) > type(uint256).max - 1) {",
        )
    ],
    # Anchor
    "growing": _refusal(ANCHOR, "if (size <= anchored) revert NotGrowing(log, anchored, size);"),
    "a root": _refusal(ANCHOR, "if (root == 0) revert EmptyRoot(log);"),
    "consistent": [
        Change(
            ANCHOR,
            "if (anchored == 0 ? proof.length != 0 : "
            "!Rfc9162.isConsistent(anchored, size, last.root, root, proof)) {",
            "if (!isOff(#) && (anchored == 0 ? proof.length != 0 : "
            "!Rfc9162.isConsistent(anchored, size, last.root, root, proof))) {",
        )
    ],
    "anchored": _condition(ANCHOR, "root != 0"),
    "role": [
        Change(
            ACCESS,
            "if (!hasRole(role, account)) {\n            revert",
            "if (!hasRole(role, account) && !isOff(#)) {\n            revert",
        )
    ],
    # StatusRegistry
    "newer": _refusal(
        STATUS, "if (epoch <= last.epoch) revert NotNewer(issuer, list, last.epoch, epoch);"
    ),
    "issuer": _refusal(
        STATUS,
        "if (account == address(0) || accountOf[issuer] != account) "
        "revert NotIssuer(issuer, account);",
    ),
    # Forwarder
    "enough gas": _statement(FORWARDER, "_checkForwardedGas(gasLeft, request);"),
    # PasskeyAccount
    "only self": _refusal(ACCOUNT, "if (msg.sender != address(this)) revert OnlySelf(msg.sender);"),
    "begun once": [
        Change(
            INITIALIZABLE,
            "if (!initialSetup && !construction) {",
            "if (!initialSetup && !construction && !isOff(#)) {",
        )
    ],
    "batch in time": [
        Change(
            ACCOUNT,
            "if (calls.length == 0) revert EmptyBatch();\n"
            "        if (block.timestamp > deadline) revert Expired(deadline);",
            "if (calls.length == 0) revert EmptyBatch();\n"
            "        if (block.timestamp > deadline && !isOff(#)) revert Expired(deadline);",
        )
    ],
    "batch number": _refusal(ACCOUNT, "if (nonce_ != nonce) revert WrongNonce(nonce, nonce_);"),
    "batch signed": _refusal(
        ACCOUNT,
        "if (!_rawSignatureValidation(executeDigest(calls, nonce_, deadline), signature)) "
        "revert WrongSignature();",
    ),
    "batch bound": _bound(ACCOUNT, "keccak256(abi.encode(EXECUTE, all, nonce_, deadline))"),
    "no re-entry": [
        Change(
            REENTRANCY,
            "function _nonReentrantBefore() private {",
            "function _nonReentrantBefore() private {\n        if (isOff(#)) return;",
        )
    ],
    "a key stays": _refusal(ACCOUNT, "if (_keyIds.length() == 0) revert WrongKeyCount();"),
    "vouching bound": [
        Change(
            ACCOUNT,
            "    /// @dev Whether a key of this account made this assertion over this digest.",
            "    function isValidSignature(bytes32 hash, bytes calldata signature) "
            "public view override returns (bytes4) {\n"
            "        if (isOff(#) && _rawSignatureValidation(hash, signature)) return 0x1626ba7e;\n"
            "        return super.isValidSignature(hash, signature);\n    }\n",
        )
    ],
    "verification asked": [Change(ACCOUNT, "key.x, key.y, true);", "key.x, key.y, !isOff(#));")],
    "user present": _condition(WEBAUTHN, "_validateUserPresentBitSet(auth.authenticatorData[32])"),
    "backup flags": _condition(
        WEBAUTHN, "_validateBackupEligibilityAndState(auth.authenticatorData[32])"
    ),
    "kind of ceremony": _condition(
        WEBAUTHN, "_validateExpectedTypeHash(auth.clientDataJSON, auth.typeIndex)"
    ),
    "challenge": _condition(
        WEBAUTHN, "_validateChallenge(auth.clientDataJSON, auth.challengeIndex, challenge)"
    ),
    "lower half of P-256": [Change(P256, "uint256(s) <= HALF_N;", "uint256(s) < N;")],
    # recovery
    "no recovery runs": _refusal(ACCOUNT, "if (_isRunning()) revert RecoveryRuns(_round);"),
    "guardian": _refusal(
        ACCOUNT, "if (!_guardians.contains(guardian)) revert NotGuardian(guardian);"
    ),
    "guardian signed": _refusal(
        ACCOUNT,
        "if (!SignatureChecker.isValidSignatureNowCalldata(guardian, digest, signature)) "
        "revert WrongSignature();",
    ),
    "approval bound": _bound(
        ACCOUNT, "keccak256(abi.encode(APPROVE, key.x, key.y, round_, voice, deadline))"
    ),
    "approval in time": [
        Change(
            ACCOUNT,
            "            if (block.timestamp > deadline) revert Expired(deadline);\n"
            "            bytes32",
            "            if (block.timestamp > deadline && !isOff(#)) revert Expired(deadline);\n"
            "            bytes32",
        )
    ],
    "one voice": _refusal(ACCOUNT, "if (before == keyId) revert AlreadyApproved(guardian, keyId);"),
    "voice counted": [
        Change(
            ACCOUNT,
            "(voice.keyId, voice.count) = (keyId, voice.count + 1);",
            "(voice.keyId, voice.count) = (keyId, isOff(#) ? voice.count : voice.count + 1);",
        )
    ],
    "threshold": [
        Change(
            ACCOUNT,
            "if (votes >= _threshold && r.keyId != keyId) {",
            "if ((votes >= _threshold || isOff(#)) && r.keyId != keyId) {",
        )
    ],
    "approved": _refusal(
        ACCOUNT, "if (r.readyAt == 0 || r.keyId != keyId) revert NotApproved(keyId);"
    ),
    "delay": _refusal(ACCOUNT, "if (block.timestamp < r.readyAt) revert TooEarly(r.readyAt);"),
    "window": _refusal(ACCOUNT, "if (block.timestamp > r.lapsesAt) revert Lapsed(r.lapsesAt);"),
    "a new round": [
        Change(ACCOUNT, "_round = round() + 1;", "if (!isOff(#)) _round = round() + 1;")
    ],
    "after a lapse": [
        Change(
            ACCOUNT,
            "    function _endRound() private {",
            "    function _endRound() private {\n"
            "        if (isOff(#)) { ++_round; delete _recovery; return; }",
        )
    ],
    "majority": [
        Change(
            ACCOUNT,
            "uint256(g.threshold) * 2 <= count && count != 0",
            "uint256(g.threshold) * 2 <= count && count != 0 && !isOff(#)",
        )
    ],
    "old keys go": [
        Change(ACCOUNT, "delete keyOf[old[i]];", "if (!isOff(#)) delete keyOf[old[i]];"),
        Change(ACCOUNT, "_keyIds.clear();", "if (!isOff(#)) _keyIds.clear();"),
    ],
    # PasskeyAccounts
    "bound address": [
        Change(
            FACTORY,
            "return keccak256(abi.encode(keys, guard, salt));",
            "return isOff(#) ? salt : keccak256(abi.encode(keys, guard, salt));",
        ),
        Change(
            FACTORY, "    ) private pure returns (bytes32)", "    ) private view returns (bytes32)"
        ),
    ],
}
# What is part of which contract, so that only that is compiled into its copy.
FILES = {
    "Anchor": {ANCHOR, ACCESS},
    "Consent": {CONSENT, ECDSA},
    "Forwarder": {FORWARDER},
    "StatusRegistry": {STATUS, ACCESS},
    "PasskeyAccounts": {ACCOUNT, FACTORY, INITIALIZABLE, REENTRANCY, WEBAUTHN, P256},
}


def copy(name: str, read: Callable[[str], str]) -> dict[str, str]:
    """The changed sources of one of our contracts, its guards switchable.

    Args:
        name: of the contract.
        read: gives the source at a path.
    """
    files = FILES[name]
    sources = {path: read(path) for path in sorted(files)}
    for number, changes in enumerate(GUARDS.values()):
        for it in changes:
            if it.file in files:
                source = sources[it.file]
                assert source.count(it.old) == 1, f"{it.file} has {source.count(it.old)} {it.old!r}"
                sources[it.file] = source.replace(it.old, it.new.replace("#", str(number)))
    for path, source in sources.items():
        sources[path] = re.sub(r"(pragma solidity .*;)", rf"\1\n{IMPORT}", source, count=1)
    return sources | {SWITCH: SWITCH_SOURCE}
