// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title What people allowed, and what they took back.
/// @notice Nobody is named: a subject is an address made for one consent, a scope is a salted commitment. Anybody may
/// carry a signature here; only the subject's own signature counts, to begin and to end.
/// @dev No owner, no admin, no upgrade. A record's id ends in its subject's address, so that a stranger who has heard
/// of an id cannot take it first. A record that was revoked, even before it was granted, is never granted again.
contract Consent is EIP712, Nonces {
    /// @notice What a subject signs to allow something.
    /// @param record 12 random bytes, then the subject's address.
    /// @param subject who allows it; an account made for this record alone (a contract answers by ERC-1271).
    /// @param scope salted commitment to what is allowed, or refused, to whom and for what.
    /// @param notBefore from when on [s since 1970].
    /// @param notAfter from when on no longer [s since 1970].
    /// @param nonce `nonces(subject)`.
    /// @param deadline until when the signature may be brought here [s since 1970].
    struct Grant {
        bytes32 record;
        address subject;
        bytes32 scope;
        uint64 notBefore;
        uint64 notAfter;
        uint256 nonce;
        uint64 deadline;
    }

    /// @notice What a subject signs to end it; also before it began, should a grant be held back somewhere.
    struct Revoke {
        bytes32 record;
        address subject;
        uint256 nonce;
        uint64 deadline;
    }

    /// @notice What is known of a record. All zero where there is none.
    struct State {
        address subject;
        bytes32 scope;
        uint64 notBefore;
        uint64 notAfter;
        bool revoked;
    }

    bytes32 private constant GRANT = keccak256(
        "Grant(bytes32 record,address subject,bytes32 scope,uint64 notBefore,uint64 notAfter,uint256 nonce,uint64 deadline)"
    );
    bytes32 private constant REVOKE =
        keccak256("Revoke(bytes32 record,address subject,uint256 nonce,uint64 deadline)");

    /// @notice What is known of each record.
    mapping(bytes32 record => State) public state;

    /// @notice Something was allowed, or refused: the scope knows.
    event Granted(
        bytes32 indexed record, address indexed subject, bytes32 scope, uint64 notBefore, uint64 notAfter
    );
    /// @notice It ended, for good.
    event Revoked(bytes32 indexed record, address indexed subject, uint64 revokedAt);

    /// @notice The record's last twenty bytes are not this subject.
    error NotOfSubject(bytes32 record, address subject);
    /// @notice This record was granted already.
    error AlreadyGranted(bytes32 record);
    /// @notice This record was revoked; that is final.
    error AlreadyRevoked(bytes32 record);
    /// @notice It would end before it begins, or has ended already.
    error WrongPeriod(uint64 notBefore, uint64 notAfter);
    /// @notice The signature was to be used by then.
    error Expired(uint64 deadline);
    /// @notice The subject did not sign this.
    error WrongSignature(address subject);

    constructor() EIP712("Asklepion Consent", "1") {}

    /// @notice Keep what a subject allows.
    /// @param signature of `grantDigest(g)`, by the subject.
    function grant(Grant calldata g, bytes calldata signature) external {
        State storage known = state[g.record];
        if (known.revoked) revert AlreadyRevoked(g.record);
        if (known.subject != address(0)) revert AlreadyGranted(g.record);
        if (g.notAfter <= g.notBefore || g.notAfter <= block.timestamp) revert WrongPeriod(g.notBefore, g.notAfter);
        _requireSigned(g.record, g.subject, g.nonce, g.deadline, grantDigest(g), signature);
        state[g.record] = State(g.subject, g.scope, g.notBefore, g.notAfter, false);
        emit Granted(g.record, g.subject, g.scope, g.notBefore, g.notAfter);
    }

    /// @notice End it, for good.
    /// @param signature of `revokeDigest(r)`, by the subject.
    function revoke(Revoke calldata r, bytes calldata signature) external {
        State storage known = state[r.record];
        if (known.revoked) revert AlreadyRevoked(r.record);
        _requireSigned(r.record, r.subject, r.nonce, r.deadline, revokeDigest(r), signature);
        known.subject = r.subject;
        known.revoked = true;
        emit Revoked(r.record, r.subject, uint64(block.timestamp));
    }

    /// @notice Whether it was granted, has begun, has not ended and was not revoked.
    function active(bytes32 record) external view returns (bool) {
        State storage known = state[record];
        return !known.revoked && known.notBefore <= block.timestamp && block.timestamp < known.notAfter;
    }

    /// @notice What to sign for this grant (EIP-712).
    function grantDigest(Grant calldata g) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(GRANT, g)));
    }

    /// @notice What to sign for this revocation (EIP-712).
    function revokeDigest(Revoke calldata r) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REVOKE, r)));
    }

    /// @dev Every guard that both share; the nonce is used before the subject's code is asked.
    function _requireSigned(
        bytes32 record,
        address subject,
        uint256 nonce,
        uint64 deadline,
        bytes32 digest,
        bytes calldata signature
    ) private {
        if (address(uint160(uint256(record))) != subject) revert NotOfSubject(record, subject);
        if (block.timestamp > deadline) revert Expired(deadline);
        _useCheckedNonce(subject, nonce);
        if (!SignatureChecker.isValidSignatureNowCalldata(subject, digest, signature)) revert WrongSignature(subject);
    }
}
