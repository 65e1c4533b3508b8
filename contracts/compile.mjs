// Compiles our contracts with solc as a JavaScript module: no binary, no network, the same bytes everywhere.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import solc from "solc";

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, "node_modules");
const LIMIT = 24_576; // bytes of a deployed contract, EIP-170

export const OPENZEPPELIN = JSON.parse(
  readFileSync(join(MODULES, "@openzeppelin/contracts/package.json"), "utf8"),
).version;

/** Our own sources, by path: "src/Consent.sol" and the others. */
export function ownSources() {
  const names = readdirSync(join(HERE, "src")).filter((name) => name.endsWith(".sol"));
  return Object.fromEntries(
    names.sort().map((name) => [`src/${name}`, readFileSync(join(HERE, "src", name), "utf8")]),
  );
}

/**
 * Compile the contract of this name in the file at this path; its imports come from `sources` and OpenZeppelin.
 * One contract at a time, so that its bytes do not depend on which others there are.
 */
export function compile(sources, path, name, { strict = true } = {}) {
  const used = {};
  const find = (wanted) => {
    try {
      used[wanted] = sources[wanted] ?? readFileSync(join(MODULES, wanted), "utf8");
      return { contents: used[wanted] };
    } catch {
      return { error: `${wanted} is not installed` };
    }
  };
  const input = {
    language: "Solidity",
    sources: { [path]: { content: find(path).contents } },
    settings: {
      evmVersion: "prague",
      optimizer: { enabled: true, runs: 1000 },
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: { [path]: { [name]: ["abi", "evm.bytecode.object", "evm.deployedBytecode"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
  // Whatever the compiler has to say about our own files stops the build; OpenZeppelin's are theirs.
  const said = (output.errors ?? []).filter(
    (it) => it.severity === "error" || (strict && !it.sourceLocation?.file.startsWith("@")),
  );
  if (said.length > 0) throw new Error(said.map((it) => it.formattedMessage).join("\n"));
  return artefact(name, output.contracts[path][name], used);
}

function artefact(name, made, used) {
  const deployed = made.evm.deployedBytecode;
  const bytes = deployed.object.length / 2;
  if (bytes > LIMIT) throw new Error(`${name} has ${bytes} bytes; a chain takes ${LIMIT}.`);
  const own = Object.keys(used).filter((path) => !path.startsWith("@"));
  return {
    contract: name,
    compiler: solc.version(),
    openzeppelin: OPENZEPPELIN,
    sources: Object.fromEntries(
      own.sort().map((path) => [path, createHash("sha256").update(used[path]).digest("hex")]),
    ),
    abi: made.abi,
    bytecode: `0x${made.evm.bytecode.object}`,
    deployedBytecode: `0x${deployed.object}`,
    // Where the constructor writes its 32-byte words; all other deployed bytes are the same wherever it is deployed.
    immutables: Object.values(deployed.immutableReferences)
      .flat()
      .map((it) => it.start)
      .sort((a, b) => a - b),
  };
}

/** For tests: each line in is {sources, path, name}, laid over ours; each line out what came of it, warned or not. */
function serve() {
  createInterface({ input: process.stdin }).on("line", (line) => {
    let answer;
    try {
      const { sources, path, name } = JSON.parse(line);
      answer = { artefact: compile({ ...ownSources(), ...sources }, path, name, { strict: false }) };
    } catch (error) {
      answer = { error: String(error.message ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve();
