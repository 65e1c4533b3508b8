// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// What the tests of the chain ask of a contract: state, logs, refusals, precompiles, depth.
contract Probe {
    event Stored(address indexed by, uint256 indexed value, bytes note);
    error TooLarge(uint256 value);

    uint256 public value;
    mapping(uint256 => uint256) public words;

    constructor(uint256 first) payable {
        value = first;
        emit Stored(msg.sender, first, "");
    }

    function store(uint256 next, bytes calldata note) external payable {
        if (next > 1_000_000) revert TooLarge(next);
        require(next != 13, "thirteen is not stored");
        value = next;
        emit Stored(msg.sender, next, note);
    }

    function fill(uint256 from, uint256 count, uint256 word) external {
        for (uint256 i = from; i < from + count; i++) words[i] = word;
    }

    function divide(uint256 by) external view returns (uint256) {
        return value / by;
    }

    function p256(bytes calldata input) external returns (bytes memory answer) {
        (, answer) = address(0x100).call(input);
        words[0] = answer.length;
    }

    function digest(bytes calldata input) external returns (bytes32 hash) {
        hash = sha256(input);
        words[1] = uint256(hash);
    }

    function precompile(address which, bytes calldata input) external view returns (bytes memory answer) {
        (, answer) = which.staticcall(input);
    }

    function deep(uint256 depth) external returns (uint256) {
        if (depth == 0) return 1;
        try this.deep(depth - 1) returns (uint256 below) {
            return below + 1;
        } catch {
            return 1;
        }
    }

    function forever() external pure {
        for (uint256 i = 0;; i++) {}
    }

    function moment() external view returns (uint256, uint256, bytes32) {
        return (block.number, block.timestamp, blockhash(block.number - 1));
    }

    function pay(address payable to) external payable {
        to.transfer(msg.value);
    }

    function end(address payable to) external {
        selfdestruct(to);
    }
}
