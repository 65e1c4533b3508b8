import { describe, expect, test } from "vitest";
import { MOST_VIEWERS, Showing } from "../../../src/world/showing/showing";

/** A peer that only remembers what was done with it: the real one is met in the journeys. */
class Peer {
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: unknown = null;
  ontrack: ((event: { streams: unknown[]; track: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  connectionState = "new";
  localDescription: { type: string; toJSON(): object } | null = null;
  private remote = "";
  isClosed = false;

  addTrack(): void {
    queueMicrotask(() => this.onnegotiationneeded?.());
  }
  async setLocalDescription(): Promise<void> {
    const type = this.remote === "offer" ? "answer" : "offer";
    this.localDescription = { type, toJSON: () => ({ type, sdp: "x" }) };
  }
  async setRemoteDescription({ type }: { type: string }): Promise<void> {
    this.remote = type;
    if (type === "offer") this.ontrack?.({ streams: ["a picture"], track: {} });
    this.connectionState = "connected";
    this.onconnectionstatechange?.();
  }
  async addIceCandidate(): Promise<void> {}
  close(): void {
    this.isClosed = true;
  }
}

class Track {
  onended: (() => void) | null = null;
  isStopped = false;
  stop(): void {
    this.isStopped = true;
  }
}

/** So many people in one place, of whom slot 0 may be a host; notes travel until none is under way. */
function crowd(count: number, refusal?: Error) {
  const queue: [number, number, string][] = [];
  let due: (() => void)[] = [];
  const people = Array.from({ length: count }, (_, slot) => {
    const peers: Peer[] = [];
    const track = new Track();
    const screen = { getTracks: () => [track], getVideoTracks: () => [track] };
    const showing = new Showing({
      signal: (to, data) => void queue.push([slot, to, data]),
      openScreen: async () => {
        if (refusal) throw refusal;
        return screen as unknown as MediaStream;
      },
      openPeer: () => {
        const peer = new Peer();
        peers.push(peer);
        return peer as unknown as RTCPeerConnection;
      },
      isHost: (one) => one === 0,
      after: (_ms, then) => {
        due.push(then);
        return () => {
          due = due.filter((one) => one !== then);
        };
      },
    });
    return { slot, showing, peers, track };
  });
  const all = people.map(({ slot }) => slot);
  const meet = (here = all) => {
    for (const { slot, showing } of people) {
      const others = here.filter((one) => one !== slot);
      if (here.includes(slot)) showing.meet(slot, others, others);
    }
  };
  const settle = async () => {
    for (let i = 0; i < 400; i++) {
      await Promise.resolve();
      const next = queue.shift();
      if (next) people[next[1]]?.showing.hear(next[0], next[2]);
    }
  };
  const wait = () => {
    for (const then of due.splice(0)) then();
  };
  meet();
  return {
    people,
    meet,
    settle,
    wait,
    one: (slot: number) => people[slot] as (typeof people)[number],
  };
}

describe("what one shows", () => {
  test("is seen by the others, and by oneself", async () => {
    const { one, settle } = crowd(3);
    await one(1).showing.start();
    await settle();

    expect(one(1).showing.store.get()).toMatchObject({ state: "on", viewers: [0, 2] });
    expect(one(1).showing.store.get().shown?.slot).toBe(1);
    expect(one(2).showing.store.get().shown).toEqual({ slot: 1, stream: "a picture" });
  });

  test("reaches no more than may be, whoever else is near", async () => {
    const { one, settle } = crowd(MOST_VIEWERS + 4);
    await one(1).showing.start();
    await settle();

    expect(one(1).peers).toHaveLength(MOST_VIEWERS);
  });

  test("reaches who comes later, and leaves who goes", async () => {
    const { one, meet, settle } = crowd(4);
    meet([0, 1, 2]);
    await one(1).showing.start();
    await settle();
    expect(one(1).showing.store.get().viewers).toEqual([0, 2]);

    meet([0, 1, 2, 3]);
    await settle();
    expect(one(3).showing.store.get().shown?.slot).toBe(1);

    meet([0, 1, 3]);
    expect(one(1).showing.store.get().viewers).toEqual([0, 3]);
  });

  test("is seen no more by who walks away, and again by who comes back", async () => {
    const { one, settle } = crowd(3);
    await one(1).showing.start();
    await settle();

    one(1).showing.meet(1, [0], [0, 2]);
    await settle();
    expect(one(1).showing.store.get().viewers).toEqual([0]);
    expect(one(2).showing.store.get().shown).toBeNull();

    one(1).showing.meet(1, [0, 2], [0, 2]);
    await settle();
    expect(one(2).showing.store.get().shown?.slot).toBe(1);
  });

  test("keeps no seat for one whom it does not reach, and asks them again after the others", async () => {
    const { one, people, meet, settle, wait } = crowd(MOST_VIEWERS + 2);
    const deaf = one(0).showing;
    const hear = deaf.hear.bind(deaf);
    deaf.hear = () => true; // their browser does not answer
    await one(1).showing.start();
    await settle();
    expect(one(1).showing.store.get().viewers).toHaveLength(MOST_VIEWERS - 1);

    wait();
    meet();
    await settle();
    expect(one(1).showing.store.get().viewers).toHaveLength(MOST_VIEWERS);

    deaf.hear = hear;
    meet(people.map(({ slot }) => slot).filter((slot) => slot !== 2));
    await settle();
    expect(one(1).showing.store.get().viewers).toContain(0);
  });

  test("reaches one who was offered it twice", async () => {
    const { one, meet, settle, wait } = crowd(2);
    const [{ showing: viewer }, peers] = [one(0), one(0).peers];
    await one(1).showing.start();
    await settle();
    Object.assign(one(1).peers[0] ?? {}, { connectionState: "connecting" });
    wait();
    meet();
    await settle();

    expect(peers).toHaveLength(2);
    expect(viewer.store.get().shown?.slot).toBe(1);
    expect(one(1).showing.store.get().viewers).toEqual([0]);
  });

  test("ends for all when one stops, when the browser ends it, and at a door", async () => {
    for (const end of ["stop", "browser", "door"]) {
      const { one, settle } = crowd(2);
      await one(1).showing.start();
      await settle();

      if (end === "stop") one(1).showing.stop();
      if (end === "browser") one(1).track.onended?.();
      if (end === "door") one(1).showing.leave();
      await settle();

      expect(one(1).track.isStopped, end).toBe(true);
      expect(one(1).showing.store.get(), end).toMatchObject({ state: "off", shown: null });
      expect(one(0).showing.store.get().shown, end).toBeNull();
    }
  });

  test("is ended by a host, and by nobody else", async () => {
    const { one, settle } = crowd(3);
    await one(1).showing.start();
    await settle();

    one(2).showing.end();
    await settle();
    expect(one(1).showing.store.get().state).toBe("on");

    one(0).showing.end();
    await settle();
    expect(one(1).showing.store.get().state).toBe("off");
    expect(one(2).showing.store.get().shown).toBeNull();
  });

  test("is not shown again to who looked away", async () => {
    const { one, meet, settle } = crowd(2);
    await one(1).showing.start();
    await settle();

    one(0).showing.lookAway();
    await settle();
    meet();
    await settle();

    expect(one(0).showing.store.get().shown).toBeNull();
    expect(one(1).showing.store.get().viewers).toEqual([]);
  });

  test("stands alone: while one watches, one cannot begin, and who shows watches nothing", async () => {
    const { one, settle } = crowd(2);
    await one(1).showing.start();
    await settle();
    await one(0).showing.start();

    expect(one(0).showing.store.get().state).toBe("off");
  });
});

test.each([
  ["denied", new DOMException("no", "NotAllowedError")],
  ["absent", new Error("no screens here")],
])("a choice that was %s is said, and shows nothing", async (state, error) => {
  const { one } = crowd(2, error);
  await one(1).showing.start();

  expect(one(1).showing.store.get()).toMatchObject({ state, shown: null });
});

test("notes about voices, and garbage, are left to others", () => {
  const { one } = crowd(2);

  for (const note of ['{"hello":true}', "no json", "7", '{"showing":3}', "null"]) {
    expect(one(0).showing.hear(1, note), note).toBe(false);
  }
});
