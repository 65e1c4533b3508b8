// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {WebAuthn} from "@openzeppelin/contracts/utils/cryptography/WebAuthn.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

/// @title An account whose keys are the passkeys of one's devices, and which friends can give back.
/// @notice Every device key may do everything, alone. If all are lost, a majority of guardians names a new key; after
/// a delay, in which any device key may cancel, the new key replaces all others. Nobody needs native coin: whatever is
/// signed here, anybody may carry.
/// @dev No owner but the keys, no upgrade. What changes the account is called by the account itself, in a signed
/// batch. Signatures are `keyId ‖ abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON)`,
/// the challenge being the EIP-712 digest, with user verification, s in the lower half (OpenZeppelin's WebAuthn).
/// ERC-1271 follows ERC-7739: a signature names this account and this chain, and is worth nothing at another account
/// that has the same key.
contract PasskeyAccount is ERC7739, Initializable, ReentrancyGuardTransient, ERC721Holder, ERC1155Holder {
    using EnumerableSet for EnumerableSet.AddressSet;
    using EnumerableSet for EnumerableSet.Bytes32Set;

    /// @notice A point on P-256: the public key of one device.
    struct Key {
        bytes32 x;
        bytes32 y;
    }

    /// @notice Who may give the account back, and how.
    /// @param guardians their accounts; contracts answer by ERC-1271.
    /// @param threshold how many of them it takes: more than half, so that two recoveries can never rival.
    /// @param delay how long any device key may still cancel [s].
    struct Guard {
        address[] guardians;
        uint8 threshold;
        uint64 delay;
    }

    /// @notice One call of a batch.
    struct Call {
        address target;
        uint256 value;
        bytes data;
    }

    /// @notice A recovery under way. All zero where there is none.
    /// @param keyId of the key that has enough guardians; zero as long as none has.
    /// @param readyAt when it may be finished [s since 1970]; zero as long as none has enough.
    /// @param lapsesAt when it comes to nothing if not finished [s since 1970].
    /// @param approvals how many guardians have spoken, for whatever key.
    struct Recovery {
        bytes32 keyId;
        uint64 readyAt;
        uint64 lapsesAt;
        uint8 approvals;
    }

    /// @notice What a guardian said in a round.
    /// @param keyId for which key it spoke last; zero for none.
    /// @param count how often it spoke; the next signature must carry this number.
    struct Voice {
        bytes32 keyId;
        uint64 count;
    }

    uint256 public constant MOST_KEYS = 16;
    uint256 public constant MOST_GUARDIANS = 16;
    uint64 public constant LEAST_DELAY = 1 hours;
    uint64 public constant LONGEST_DELAY = 60 days;
    /// @notice How long guardians may take, and how long a recovery that is ready waits to be finished.
    uint64 public constant WINDOW = 30 days;

    bytes32 private constant CALL = keccak256("Call(address target,uint256 value,bytes data)");
    bytes32 private constant EXECUTE = keccak256(
        "Execute(Call[] calls,uint256 nonce,uint64 deadline)Call(address target,uint256 value,bytes data)"
    );
    bytes32 private constant APPROVE = keccak256("Approve(bytes32 x,bytes32 y,uint256 round,uint64 voice,uint64 deadline)");

    /// @notice The number that the next batch must carry.
    uint256 public nonce;
    /// @notice The public key of each device, by its id.
    mapping(bytes32 keyId => Key) public keyOf;

    EnumerableSet.Bytes32Set private _keyIds;
    EnumerableSet.AddressSet private _guardians;
    uint8 private _threshold;
    uint64 private _delay;
    uint256 private _round;
    Recovery private _recovery;
    mapping(uint256 round => mapping(address guardian => Voice)) private _voices;
    mapping(uint256 round => mapping(bytes32 keyId => uint8)) private _votes;

    /// @notice A batch was carried out.
    event Executed(uint256 indexed nonce);
    /// @notice A device can speak for the account.
    event KeyAdded(bytes32 indexed keyId, bytes32 x, bytes32 y);
    /// @notice A device can no longer.
    event KeyRemoved(bytes32 indexed keyId);
    /// @notice These guardians, and these only, may give the account back.
    event GuardChanged(address[] guardians, uint8 threshold, uint64 delay);
    /// @notice A guardian spoke for a new key.
    event RecoveryApproved(uint256 indexed round, address indexed guardian, bytes32 x, bytes32 y, uint8 votes);
    /// @notice Enough guardians spoke for this key; it takes over at `readyAt` unless a device key cancels.
    event RecoveryReady(uint256 indexed round, bytes32 indexed keyId, uint64 readyAt);
    /// @notice Guardians changed their minds, and the key has no longer enough of them.
    event RecoveryUnready(uint256 indexed round, bytes32 indexed keyId);
    /// @notice A device key cancelled; every approval so far is void.
    event RecoveryCancelled(uint256 indexed round);
    /// @notice The account has this key now, and no other.
    event Recovered(uint256 indexed round, bytes32 indexed keyId);

    /// @notice Only the account itself may, in a batch that one of its keys signed.
    error OnlySelf(address caller);
    /// @notice Another number is next.
    error WrongNonce(uint256 expected, uint256 offered);
    /// @notice The signature was to be used by then.
    error Expired(uint64 deadline);
    /// @notice Neither a device key of this account nor, where one is asked, that guardian signed this.
    error WrongSignature();
    /// @notice The call at this place failed, and with it the batch.
    error CallFailed(uint256 index, bytes reason);
    /// @notice There is nothing to carry out.
    error EmptyBatch();
    /// @notice Not a point of P-256.
    error NotAKey(bytes32 x, bytes32 y);
    /// @notice The account has this key already.
    error KeyExists(bytes32 keyId);
    /// @notice The account has no such key.
    error NoSuchKey(bytes32 keyId);
    /// @notice An account always has a key, and at most `MOST_KEYS`.
    error WrongKeyCount();
    /// @notice Guardians twice, too many, none but a threshold, this account itself, no majority, or a delay beyond its bounds.
    error WrongGuard();
    /// @notice Not while guardians are giving the account back.
    error RecoveryRuns(uint256 round);
    /// @notice This account does not guard.
    error NotGuardian(address account);
    /// @notice This guardian spoke for this key already.
    error AlreadyApproved(address guardian, bytes32 keyId);
    /// @notice This key has not enough guardians.
    error NotApproved(bytes32 keyId);
    /// @notice Device keys may still cancel until then.
    error TooEarly(uint64 readyAt);
    /// @notice It was not finished in time.
    error Lapsed(uint64 lapsesAt);

    /// @dev The code that clones borrow is itself nobody's account.
    constructor() EIP712("Asklepion Passkey Account", "1") {
        _disableInitializers();
    }

    modifier onlySelf() {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        _;
    }

    /// @notice Native coin is welcome.
    receive() external payable {}

    /// @notice Give a new account its first keys and guardians; its factory does, in the same transaction.
    function initialize(Key[] calldata keys_, Guard calldata guard_) external initializer {
        if (keys_.length == 0) revert WrongKeyCount();
        for (uint256 i; i < keys_.length; ++i) _addKey(keys_[i]);
        _setGuard(guard_);
    }

    // --- by a device key ------------------------------------------------------------------------------------------

    /// @notice Carry out a signed batch: all of it or nothing.
    /// @param calls in order; to the account itself for `addKey`, `removeKey`, `setGuard`, `cancel`.
    /// @param nonce_ `nonce()`.
    /// @param deadline until when it may be carried here [s since 1970].
    /// @param signature of `executeDigest`, by a device key.
    function execute(Call[] calldata calls, uint256 nonce_, uint64 deadline, bytes calldata signature)
        external
        nonReentrant
    {
        if (calls.length == 0) revert EmptyBatch();
        if (block.timestamp > deadline) revert Expired(deadline);
        if (nonce_ != nonce) revert WrongNonce(nonce, nonce_);
        if (!_rawSignatureValidation(executeDigest(calls, nonce_, deadline), signature)) revert WrongSignature();
        ++nonce;
        for (uint256 i; i < calls.length; ++i) {
            (bool done, bytes memory reason) = calls[i].target.call{value: calls[i].value}(calls[i].data);
            if (!done) revert CallFailed(i, reason);
        }
        emit Executed(nonce_);
    }

    /// @notice Let one more device speak for the account.
    function addKey(Key calldata key) external onlySelf {
        _addKey(key);
    }

    /// @notice Let a device no longer speak for it. The last one stays.
    function removeKey(bytes32 keyId) external onlySelf {
        if (!_keyIds.remove(keyId)) revert NoSuchKey(keyId);
        if (_keyIds.length() == 0) revert WrongKeyCount();
        delete keyOf[keyId];
        emit KeyRemoved(keyId);
    }

    /// @notice Choose other guardians. Not while a recovery runs; approvals given before are void.
    function setGuard(Guard calldata guard_) external onlySelf {
        if (_isRunning()) revert RecoveryRuns(_round);
        _endRound();
        _setGuard(guard_);
    }

    /// @notice End a recovery, and make every approval void that was given so far, brought here or not.
    function cancel() external onlySelf {
        emit RecoveryCancelled(round());
        _endRound();
    }

    // --- by guardians ---------------------------------------------------------------------------------------------

    /// @notice Speak, as a guardian, for a new key. A guardian has one voice and may move it to another key.
    /// @param key that shall replace all others.
    /// @param guardian who speaks: the caller, or who signed.
    /// @param deadline until when the signature may be carried here [s since 1970]; for a signature only.
    /// @param signature of `approveDigest`, by the guardian; for the caller itself anything.
    function approve(Key calldata key, address guardian, uint64 deadline, bytes calldata signature) external {
        if (!_guardians.contains(guardian)) revert NotGuardian(guardian);
        if (msg.sender != guardian) {
            if (block.timestamp > deadline) revert Expired(deadline);
            bytes32 digest = approveDigest(key, round(), voiceOf(guardian).count, deadline);
            if (!SignatureChecker.isValidSignatureNowCalldata(guardian, digest, signature)) revert WrongSignature();
        }
        if (!P256.isValidPublicKey(key.x, key.y)) revert NotAKey(key.x, key.y);
        _approve(key, guardian);
    }

    /// @notice Let the key take over for which enough guardians spoke; anybody may, once the delay is over.
    function finish(Key calldata key) external nonReentrant {
        bytes32 keyId = idOf(key);
        Recovery memory r = _recovery;
        if (r.readyAt == 0 || r.keyId != keyId) revert NotApproved(keyId);
        if (block.timestamp < r.readyAt) revert TooEarly(r.readyAt);
        if (block.timestamp > r.lapsesAt) revert Lapsed(r.lapsesAt);
        bytes32[] memory old = _keyIds.values();
        for (uint256 i; i < old.length; ++i) {
            delete keyOf[old[i]];
            emit KeyRemoved(old[i]);
        }
        _keyIds.clear();
        _addKey(key);
        emit Recovered(_round, keyId);
        _endRound();
    }

    // --- to be read -----------------------------------------------------------------------------------------------

    /// @notice The ids of the keys that may speak for the account.
    function keyIds() external view returns (bytes32[] memory) {
        return _keyIds.values();
    }

    /// @notice Who may give the account back, and how.
    function guard() external view returns (Guard memory) {
        return Guard(_guardians.values(), _threshold, _delay);
    }

    /// @notice The recovery under way; all zero where there is none, or where it lapsed.
    function recovery() external view returns (Recovery memory r) {
        if (_isRunning()) r = _recovery;
    }

    /// @notice What a guardian said in this round.
    function voiceOf(address guardian) public view returns (Voice memory) {
        return _voices[round()][guardian];
    }

    /// @notice The number that approvals must carry; it changes whenever all before shall be void.
    function round() public view returns (uint256) {
        return _hasLapsed() ? _round + 1 : _round;
    }

    /// @notice The id of a key.
    function idOf(Key calldata key) public pure returns (bytes32) {
        return keccak256(abi.encode(key));
    }

    /// @notice What to sign for this batch (EIP-712).
    function executeDigest(Call[] calldata calls, uint256 nonce_, uint64 deadline) public view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            hashes[i] = keccak256(abi.encode(CALL, calls[i].target, calls[i].value, keccak256(calls[i].data)));
        }
        bytes32 all = keccak256(abi.encodePacked(hashes));
        return _hashTypedDataV4(keccak256(abi.encode(EXECUTE, all, nonce_, deadline)));
    }

    /// @notice What a guardian signs for this key (EIP-712).
    /// @param voice how often it spoke in this round: of two signatures made at once, one counts.
    function approveDigest(Key calldata key, uint256 round_, uint64 voice, uint64 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(APPROVE, key.x, key.y, round_, voice, deadline)));
    }

    // --- within ---------------------------------------------------------------------------------------------------

    /// @dev Whether a key of this account made this assertion over this digest.
    function _rawSignatureValidation(bytes32 digest, bytes calldata signature) internal view override returns (bool) {
        if (signature.length < 32) return false;
        bytes32 keyId = bytes32(signature[:32]);
        if (!_keyIds.contains(keyId)) return false;
        (bool isWhole, WebAuthn.WebAuthnAuth calldata assertion) = WebAuthn.tryDecodeAuth(signature[32:]);
        if (!isWhole) return false;
        Key storage key = keyOf[keyId];
        return WebAuthn.verify(abi.encodePacked(digest), assertion, key.x, key.y, true);
    }

    function _addKey(Key calldata key) private {
        if (!P256.isValidPublicKey(key.x, key.y)) revert NotAKey(key.x, key.y);
        bytes32 keyId = idOf(key);
        if (!_keyIds.add(keyId)) revert KeyExists(keyId);
        if (_keyIds.length() > MOST_KEYS) revert WrongKeyCount();
        keyOf[keyId] = key;
        emit KeyAdded(keyId, key.x, key.y);
    }

    function _setGuard(Guard calldata g) private {
        uint256 count = g.guardians.length;
        if (count > MOST_GUARDIANS || g.threshold > count || uint256(g.threshold) * 2 <= count && count != 0) {
            revert WrongGuard();
        }
        if (count != 0 && (g.delay < LEAST_DELAY || g.delay > LONGEST_DELAY)) revert WrongGuard();
        _guardians.clear();
        for (uint256 i; i < count; ++i) {
            address guardian = g.guardians[i];
            if (guardian == address(0) || guardian == address(this) || !_guardians.add(guardian)) revert WrongGuard();
        }
        (_threshold, _delay) = (g.threshold, g.delay);
        emit GuardChanged(g.guardians, g.threshold, g.delay);
    }

    /// @dev Moves the guardian's one voice to this key, and sets or takes back the time at which a key is ready.
    function _approve(Key calldata key, address guardian) private {
        uint256 current = round();
        if (current != _round) {
            _round = current;
            delete _recovery;
        }
        bytes32 keyId = idOf(key);
        Voice storage voice = _voices[current][guardian];
        bytes32 before = voice.keyId;
        if (before == keyId) revert AlreadyApproved(guardian, keyId);
        Recovery storage r = _recovery;
        if (before == 0) {
            if (r.approvals++ == 0) r.lapsesAt = uint64(block.timestamp) + WINDOW;
        } else if (--_votes[current][before] < _threshold && r.keyId == before) {
            (r.keyId, r.readyAt) = (0, 0);
            r.lapsesAt = uint64(block.timestamp) + WINDOW;
            emit RecoveryUnready(current, before);
        }
        (voice.keyId, voice.count) = (keyId, voice.count + 1);
        uint8 votes = ++_votes[current][keyId];
        emit RecoveryApproved(current, guardian, key.x, key.y, votes);
        if (votes >= _threshold && r.keyId != keyId) {
            (r.keyId, r.readyAt) = (keyId, uint64(block.timestamp) + _delay);
            r.lapsesAt = r.readyAt + WINDOW;
            emit RecoveryReady(current, keyId, r.readyAt);
        }
    }

    /// @dev Approvals given so far, brought here or not, count no more; also those for the round after one that lapsed.
    function _endRound() private {
        _round = round() + 1;
        delete _recovery;
    }

    function _isRunning() private view returns (bool) {
        return _recovery.approvals != 0 && block.timestamp <= _recovery.lapsesAt;
    }

    function _hasLapsed() private view returns (bool) {
        return _recovery.approvals != 0 && block.timestamp > _recovery.lapsesAt;
    }
}
