// Uses the house's chain as wallets do: node wallets.mjs LIBRARY, with what it needs as JSON on stdin.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const told = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(`${told.modules}/`);
const note = "0x" + "ab".repeat(70);

async function withEthers() {
  const { JsonRpcProvider, Wallet, ContractFactory, Contract } = require("ethers");
  const provider = new JsonRpcProvider(told.url, undefined, { cacheTimeout: -1 });
  const wallet = new Wallet(told.key, provider);
  const network = await provider.getNetwork();
  const probe = await new ContractFactory(told.abi, told.bytecode, wallet).deploy(7n);
  await probe.waitForDeployment();
  const at = await probe.getAddress();
  const heard = await listening(provider, probe); // by a filter that stays, as ethers does it
  const sent = await probe.store(42n, note);
  const receipt = await sent.wait();
  const logs = await probe.queryFilter("Stored", 0, "latest");
  let reason = "";
  try {
    await probe.store.staticCall(13n, "0x");
  } catch (error) {
    reason = error.reason;
  }
  let custom = "";
  try {
    await probe.store(2_000_000n, "0x");
  } catch (error) {
    custom = error.revert?.name ?? probe.interface.parseError(error.data ?? "0x")?.name;
  }
  const block = await provider.getBlock(receipt.blockNumber, true);
  const plain = await (await wallet.sendTransaction({ to: told.poor, value: 5n })).wait();
  const found = await provider.getTransaction(sent.hash);
  const filtered = await heard.first;
  await provider.removeAllListeners();
  await probe.removeAllListeners();
  await new Promise((resolve) => setTimeout(resolve, 500)); // what is under way comes back
  provider.destroy();
  return {
    chain: Number(network.chainId),
    value: Number(await new Contract(at, told.abi, new JsonRpcProvider(told.url, undefined, { cacheTimeout: -1 })).value()),
    status: receipt.status,
    bloom: receipt.logsBloom,
    logs: logs.map((log) => [Number(log.args.value), log.args.note]),
    reason,
    custom,
    block: { hash: block.hash, has: block.transactions.includes(sent.hash) },
    plain: plain.status,
    from: found.from.toLowerCase(),
    nonce: found.nonce,
    filtered,
  };
}

// Resolves, once the filter is left there, to what is heard of first.
async function listening(provider, probe) {
  provider.pollingInterval = 50;
  const methods = new Set();
  let left;
  const isLeft = new Promise((resolve) => {
    left = resolve;
  });
  provider.on("debug", ({ action, payload, result }) => {
    for (const each of [payload].flat()) if (each?.method) methods.add(each.method);
    if (action === "receiveRpcResult" && methods.has("eth_newFilter")) left(result);
  });
  const first = new Promise((resolve) => {
    probe.on("Stored", (_who, value) => resolve(Number(value)));
  });
  await isLeft;
  return { first: first.then((value) => ({ value, asked: [...methods].filter((it) => it.includes("Filter")) })) };
}

async function withViem() {
  const { createPublicClient, createWalletClient, http, defineChain, parseAbi } = require("viem");
  const { privateKeyToAccount } = require("viem/accounts");
  const rpc = { default: { http: [told.url] } };
  const nativeCurrency = { name: "House", symbol: "HSE", decimals: 18 };
  const chain = defineChain({ id: told.chain, name: "House", nativeCurrency, rpcUrls: rpc });
  const account = privateKeyToAccount(told.key);
  const options = { chain, transport: http(told.url, { batch: true }), pollingInterval: 50 };
  const reader = createPublicClient(options);
  const wallet = createWalletClient({ ...options, account });
  const { abi } = told;
  const made = await wallet.deployContract({ abi, bytecode: told.bytecode, args: [7n] });
  const { contractAddress: address } = await reader.waitForTransactionReceipt({ hash: made });
  const stored = { address, abi, eventName: "Stored" };
  const filter = await reader.createContractEventFilter({ ...stored, fromBlock: 0n });
  const blocks = await reader.createBlockFilter();
  const hash = await wallet.writeContract({ address, abi, functionName: "store", args: [42n, note] });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  const changes = await reader.getFilterChanges({ filter });
  const came = await reader.getFilterChanges({ filter: blocks });
  const everything = await reader.getFilterLogs({ filter });
  const isGone = await reader.uninstallFilter({ filter });
  const [value, same] = await Promise.all([
    reader.readContract({ address, abi, functionName: "value" }),
    reader.readContract({ address, abi, functionName: "value" }),
  ]);
  const logs = await reader.getContractEvents({ address, abi, eventName: "Stored", fromBlock: 0n });
  const refusal = async (args) => {
    try {
      await reader.simulateContract({ address, abi, functionName: "store", args, account });
    } catch (error) {
      const cause = error.walk((each) => each.name === "ContractFunctionRevertedError");
      return cause?.reason ?? cause?.data?.errorName ?? error.shortMessage;
    }
  };
  const block = await reader.getBlock({ blockHash: receipt.blockHash });
  const proof = await reader.getProof({ address, storageKeys: [`0x${"0".repeat(64)}`] });
  const plain = await wallet.sendTransaction({ to: told.poor, value: 5n });
  const paid = await reader.waitForTransactionReceipt({ hash: plain });
  const found = await reader.getTransaction({ hash });
  return {
    chain: await reader.getChainId(),
    value: Number(value) + Number(same) - 42,
    status: receipt.status === "success" ? 1 : 0,
    bloom: receipt.logsBloom,
    logs: logs.map((log) => [Number(log.args.value), log.args.note]),
    reason: await refusal([13n, "0x"]),
    custom: await refusal([2_000_000n, "0x"]),
    block: { hash: block.hash, has: block.transactions.includes(hash) },
    plain: paid.status === "success" ? 1 : 0,
    from: found.from.toLowerCase(),
    nonce: found.nonce,
    proven: Number(proof.storageProof[0].value),
    filtered: {
      value: Number(changes[0].args.value),
      came: came.includes(receipt.blockHash),
      again: everything.length,
      isGone,
    },
  };
}

const said = process.argv[2] === "viem" ? await withViem() : await withEthers();
process.stdout.write(JSON.stringify(said));
process.exit(0);
