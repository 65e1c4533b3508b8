// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A contract that answers by ERC-1271, for one digest that it was told, or for all.
contract Wallet {
    bytes32 public agreed;
    bool public agreesToAll;
    bytes4 public answer = 0x1626ba7e;

    function agree(bytes32 digest) external {
        agreed = digest;
    }

    function agreeToAll() external {
        agreesToAll = true;
    }

    function sayInstead(bytes4 other) external {
        answer = other;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return agreesToAll || digest == agreed ? answer : bytes4(0xffffffff);
    }
}
