// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Rfc9162} from "./Rfc9162.sol";

/// @title Heads of Merkle logs, each proved to continue the last.
/// @notice A witness that cannot be talked into anything: a log that was forked or rolled back finds no place here,
/// whoever asks. Of a log, nothing is known but its size and its root.
/// @dev The admin appoints writers and can do nothing else. Nobody can change or remove what is anchored.
contract Anchor is AccessControl {
    /// @notice Who may anchor. Held by writers, given by the admin.
    bytes32 public constant WRITER = keccak256("WRITER");

    /// @notice The last anchored state of a log.
    /// @param size how many leaves it had.
    /// @param anchoredAt when it was anchored [s since 1970].
    /// @param root its Merkle root.
    struct Head {
        uint64 size;
        uint64 anchoredAt;
        bytes32 root;
    }

    /// @notice The last head of each log; all zero where none was anchored.
    mapping(bytes32 log => Head) public head;
    /// @notice The root that was anchored at this size; zero where none was.
    mapping(bytes32 log => mapping(uint64 size => bytes32)) public rootAt;

    /// @notice A log grew, provably, to this head.
    event Anchored(bytes32 indexed log, uint64 size, bytes32 root);

    /// @notice The log is not larger than when it was last anchored.
    error NotGrowing(bytes32 log, uint64 anchored, uint64 offered);
    /// @notice The new tree does not begin with the anchored one: a fork, or a wrong proof.
    error NotConsistent(bytes32 log, uint64 anchored, uint64 offered);
    /// @notice No tree has a root of zeros: it stands for "nothing anchored".
    error EmptyRoot(bytes32 log);

    /// @param admin appoints and dismisses writers.
    /// @param writer the first of them.
    constructor(address admin, address writer) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(WRITER, writer);
    }

    /// @notice Keep a larger head of a log. The first head of a log is believed; every later one is proved.
    /// @param log which log; 32 bytes that its keeper chose.
    /// @param size how many leaves it has now.
    /// @param root its root now.
    /// @param proof consistency with the head anchored last (RFC 9162, 2.1.4); empty for the first.
    function anchor(bytes32 log, uint64 size, bytes32 root, bytes32[] calldata proof) external onlyRole(WRITER) {
        Head storage last = head[log];
        uint64 anchored = last.size;
        if (size <= anchored) revert NotGrowing(log, anchored, size);
        if (root == 0) revert EmptyRoot(log);
        if (anchored == 0 ? proof.length != 0 : !Rfc9162.isConsistent(anchored, size, last.root, root, proof)) {
            revert NotConsistent(log, anchored, size);
        }
        head[log] = Head(size, uint64(block.timestamp), root);
        rootAt[log][size] = root;
        emit Anchored(log, size, root);
    }

    /// @notice Whether a leaf stands at this place of the log, by the root anchored at this size.
    /// @param leafHash SHA-256(0x00 || entry).
    /// @param proof inclusion in the tree of that size (RFC 9162, 2.1.3).
    function verify(bytes32 log, uint64 size, uint64 index, bytes32 leafHash, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        bytes32 root = rootAt[log][size];
        return root != 0 && Rfc9162.isIncluded(index, size, leafHash, proof, root);
    }
}
