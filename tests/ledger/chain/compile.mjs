// Compiles Probe.sol with the contracts' own compiler: node compile.mjs NODE_MODULES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const solc = require("solc");
const content = readFileSync(new URL("./Probe.sol", import.meta.url), "utf8");
const input = {
  language: "Solidity",
  sources: { "Probe.sol": { content } },
  settings: {
    evmVersion: "prague",
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};
const said = JSON.parse(solc.compile(JSON.stringify(input)));
const faults = (said.errors ?? []).filter((each) => each.severity === "error");
if (faults.length) throw new Error(faults[0].formattedMessage);
const { abi, evm } = said.contracts["Probe.sol"].Probe;
process.stdout.write(JSON.stringify({ abi, bytecode: evm.bytecode.object }));
