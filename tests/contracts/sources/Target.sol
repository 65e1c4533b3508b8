// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

/// Trusts a forwarder, and writes down who called it with what.
contract Target is ERC2771Context {
    address public sender;
    uint256 public value;
    uint256 public number;
    uint256 public count;

    error No(uint256 number);

    constructor(address forwarder) ERC2771Context(forwarder) {}

    function note(uint256 number_) external payable {
        (sender, value, number) = (_msgSender(), msg.value, number_);
        ++count;
    }

    function refuse(uint256 number_) external payable {
        revert No(number_);
    }

    /// Takes much gas.
    function work() external {
        for (uint256 i; i < 20; ++i) {
            assembly {
                sstore(add(i, 1000), 1)
            }
        }
        sender = _msgSender();
        ++count;
    }
}
