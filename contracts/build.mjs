// Writes src/asklepion/ledger/artefacts/NAME.json from src/NAME.sol; with --check, only says where they differ.
//   node build.mjs [--check] [--to FOLDER] [NAME…]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile, ownSources } from "./compile.mjs";

const CONTRACTS = ["Anchor", "Consent", "Forwarder", "PasskeyAccount", "PasskeyAccounts", "StatusRegistry"];
const HERE = dirname(fileURLToPath(import.meta.url));

const { values, positionals } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    to: { type: "string", default: join(HERE, "../src/asklepion/ledger/artefacts") },
  },
  allowPositionals: true,
});
const sources = ownSources();
let differ = 0;
if (!values.check) mkdirSync(values.to, { recursive: true });
for (const name of positionals.length > 0 ? positionals : CONTRACTS) {
  const made = compile(sources, `src/${name}.sol`, name);
  const file = join(values.to, `${name}.json`);
  const text = `${JSON.stringify(made, null, 1)}\n`;
  if (!values.check) {
    writeFileSync(file, text);
    console.log(`${name}: ${made.deployedBytecode.length / 2 - 1} bytes`);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`${name}: the artefact is not what its source compiles to. Run "make contracts".`);
    differ += 1;
  }
}
process.exit(differ > 0 ? 1 : 0);
