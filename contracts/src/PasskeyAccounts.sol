// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {PasskeyAccount} from "./PasskeyAccount.sol";

/// @title Makes passkey accounts at addresses known beforehand.
/// @notice An account's address follows from its first keys and guardians: whoever makes it, it is the same account,
/// so there is nothing to win by being first.
/// @dev Clones (ERC-1167) of one implementation that cannot change; initialised where they are made.
contract PasskeyAccounts {
    /// @notice The code that every account borrows.
    PasskeyAccount public immutable implementation = new PasskeyAccount();

    /// @notice An account was made.
    event AccountMade(address indexed account);

    /// @notice Make an account, or find it if somebody was quicker.
    /// @param keys its first device keys.
    /// @param guard its first guardians.
    /// @param salt tells accounts with the same keys apart.
    function make(
        PasskeyAccount.Key[] calldata keys,
        PasskeyAccount.Guard calldata guard,
        bytes32 salt
    ) external returns (address account) {
        account = addressOf(keys, guard, salt);
        if (account.code.length != 0) return account;
        Clones.cloneDeterministic(address(implementation), _salt(keys, guard, salt));
        PasskeyAccount(payable(account)).initialize(keys, guard);
        emit AccountMade(account);
    }

    /// @notice Where that account is, or will be.
    function addressOf(
        PasskeyAccount.Key[] calldata keys,
        PasskeyAccount.Guard calldata guard,
        bytes32 salt
    ) public view returns (address) {
        return Clones.predictDeterministicAddress(address(implementation), _salt(keys, guard, salt));
    }

    function _salt(
        PasskeyAccount.Key[] calldata keys,
        PasskeyAccount.Guard calldata guard,
        bytes32 salt
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(keys, guard, salt));
    }
}
