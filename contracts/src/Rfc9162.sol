// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The two proofs of a Merkle log, as RFC 9162 verifies them.
/// @notice Pure computation over hashes; SHA-256 is the chain's own precompile.
/// @dev Source: https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2 and #section-2.1.4.2. The Python twin is
/// `asklepion.ledger.engine.merkle`; both pass the same published vectors.
library Rfc9162 {
    /// @notice Whether a leaf stands at this place in the tree with this root.
    /// @param index the leaf's place, from 0.
    /// @param size how many leaves the tree has.
    /// @param leaf hash of the leaf, SHA-256(0x00 || entry).
    /// @param proof hashes from the leaf upwards.
    /// @param root hash of the whole tree.
    function isIncluded(uint64 index, uint64 size, bytes32 leaf, bytes32[] calldata proof, bytes32 root)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint64 fn = index;
        uint64 sn = size - 1;
        bytes32 result = leaf;
        for (uint256 i; i < proof.length; ++i) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                result = _node(proof[i], result);
                while (fn & 1 == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            } else {
                result = _node(result, proof[i]);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && result == root;
    }

    /// @notice Whether the larger tree begins with the whole smaller one.
    /// @param size how many leaves the smaller tree has; more than none.
    /// @param larger how many the larger has; more than `size`.
    /// @param root of the smaller tree.
    /// @param newRoot of the larger tree.
    /// @param proof hashes from below.
    function isConsistent(uint64 size, uint64 larger, bytes32 root, bytes32 newRoot, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (size == 0 || size >= larger || proof.length == 0) return false;
        uint64 fn = size - 1;
        uint64 sn = larger - 1;
        while (fn & 1 == 1) (fn, sn) = (fn >> 1, sn >> 1);
        // A complete tree is itself the first step; the proof leaves it out.
        uint256 i = size & (size - 1) == 0 ? 0 : 1;
        bytes32 was = i == 0 ? root : proof[0];
        bytes32 now_ = was;
        for (; i < proof.length; ++i) {
            if (sn == 0) return false;
            bytes32 step = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                (was, now_) = (_node(step, was), _node(step, now_));
                while (fn & 1 == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            } else {
                now_ = _node(now_, step);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && was == root && now_ == newRoot;
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
