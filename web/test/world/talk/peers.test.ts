import { expect, test } from "vitest";
import { Peers } from "../../../src/world/talk/peers";

function opening() {
  const opened: RTCConfiguration[] = [];
  const peers = new Peers((configuration) => {
    opened.push(configuration);
    return {} as RTCPeerConnection;
  });
  return { peers, opened };
}

const STUN = { urls: ["stun:turn.example"], username: "", credential: "" };
const TURN = { urls: ["turn:turn.example"], username: "9:x", credential: "y" };

test("a peer is opened by what the house gave last; a server without a pass gets none", () => {
  const { peers, opened } = opening();
  peers.open();
  peers.hear({ type: "ice-servers", servers: [STUN, TURN], is_relay_only: false });
  peers.open();

  expect(opened).toEqual([
    {},
    { iceServers: [{ urls: ["stun:turn.example"] }, TURN], iceTransportPolicy: "all" },
  ]);
  expect(peers.isRelayOnly.get()).toBe(false);
});

test("where all goes through TURN no other way is tried, also by who has no pass", () => {
  const { peers, opened } = opening();
  peers.hear({ type: "ice-servers", servers: [], is_relay_only: true });
  peers.open();

  expect(opened).toEqual([{ iceServers: [], iceTransportPolicy: "relay" }]);
  expect(peers.isRelayOnly.get()).toBe(true);
  peers.forget();
  expect(peers.isRelayOnly.get()).toBe(false);
});

test("what is opened may go through a relay once a TURN server is among them", () => {
  const { peers } = opening();
  expect(peers.mayRelay.get()).toBe(false);
  peers.hear({ type: "ice-servers", servers: [STUN], is_relay_only: false });
  expect(peers.mayRelay.get()).toBe(false);

  peers.hear({ type: "ice-servers", servers: [STUN, TURN], is_relay_only: false });

  expect(peers.mayRelay.get()).toBe(true);
  peers.forget();
  expect(peers.mayRelay.get()).toBe(false);
});
