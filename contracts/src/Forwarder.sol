// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";

/// @title Carries what others signed, so that they need no native coin.
/// @notice OpenZeppelin's forwarder under our name: one nonce per signer, a deadline, exact value, enough gas for the
/// call or none of it, and only to contracts that say they trust it.
/// @dev Never trust it in a contract that also has a multicall: there a sender can be forged (OpenZeppelin, Dec 2023).
contract Forwarder is ERC2771Forwarder {
    constructor() ERC2771Forwarder("Asklepion Forwarder") {}
}
