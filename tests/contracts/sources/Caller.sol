// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Calls back into whoever calls it, with what it was told.
contract Caller {
    address public target;
    bytes public data;
    bool public done;
    bytes public answer;

    function tell(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function poke() external payable {
        (done, answer) = target.call(data);
    }

    receive() external payable {
        (done, answer) = target.call(data);
    }
}
