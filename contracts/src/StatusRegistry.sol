// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";

/// @title Which issuers count, and the newest version of each of their status lists.
/// @notice The lists themselves (W3C Bitstring Status List) stay with their issuers; here stand digest and epoch, so
/// that nobody can be shown an old list as the newest.
/// @dev Lists are kept under their issuer, so that nobody can take another's list id first. An issuer stays itself
/// when its account changes. Issuers need no native coin: the forwarder's signed requests count as theirs.
contract StatusRegistry is AccessControl, ERC2771Context {
    /// @notice Who says which issuers count. Given by the admin.
    bytes32 public constant ACCREDITOR = keccak256("ACCREDITOR");

    /// @notice The newest version of a list. All zero where none was published.
    /// @param epoch its number; it only grows.
    /// @param publishedAt when it was published [s since 1970].
    /// @param digest of the list's bytes.
    struct Status {
        uint64 epoch;
        uint64 publishedAt;
        bytes32 digest;
    }

    /// @notice The account that publishes for this issuer; zero where it does not count (any more).
    mapping(bytes32 issuer => address) public accountOf;
    /// @notice The newest version of each list of each issuer.
    mapping(bytes32 issuer => mapping(bytes32 list => Status)) public latest;

    /// @notice From now on this account publishes for this issuer; nobody does, if zero.
    event IssuerSet(bytes32 indexed issuer, address indexed account);
    /// @notice A list has a new version.
    event Published(bytes32 indexed issuer, bytes32 indexed list, uint64 epoch, bytes32 digest);

    /// @notice This account does not publish for this issuer.
    error NotIssuer(bytes32 issuer, address account);
    /// @notice The list is at this epoch or beyond it.
    error NotNewer(bytes32 issuer, bytes32 list, uint64 published, uint64 offered);

    /// @param admin appoints accreditors, and is the first of them.
    /// @param forwarder whose requests count as their signers' own; zero for none.
    constructor(address admin, address forwarder) ERC2771Context(forwarder) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(ACCREDITOR, admin);
    }

    /// @notice Say which account publishes for an issuer. What it published stays.
    /// @param issuer 32 bytes that stand for it, such as the hash of its public DID.
    /// @param account its account; zero to end its counting.
    function setIssuer(bytes32 issuer, address account) external onlyRole(ACCREDITOR) {
        accountOf[issuer] = account;
        emit IssuerSet(issuer, account);
    }

    /// @notice Publish a newer version of one's list.
    /// @param list the issuer's own name for it.
    /// @param epoch larger than the last.
    /// @param digest of the list's bytes.
    function publish(bytes32 issuer, bytes32 list, uint64 epoch, bytes32 digest) external {
        address account = _msgSender();
        if (account == address(0) || accountOf[issuer] != account) revert NotIssuer(issuer, account);
        Status storage last = latest[issuer][list];
        if (epoch <= last.epoch) revert NotNewer(issuer, list, last.epoch, epoch);
        latest[issuer][list] = Status(epoch, uint64(block.timestamp), digest);
        emit Published(issuer, list, epoch, digest);
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
