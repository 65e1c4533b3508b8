// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// The two libraries that our contracts believe signatures by.
contract Curves {
    function p256(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y) external view returns (bool) {
        return P256.verify(digest, r, s, x, y);
    }

    function p256InSolidity(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y)
        external
        view
        returns (bool)
    {
        return P256.verifySolidity(digest, r, s, x, y);
    }

    function signer(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address found) {
        (found,,) = ECDSA.tryRecover(digest, v, r, s);
    }
}
