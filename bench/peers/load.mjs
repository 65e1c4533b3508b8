// Visitors for every server alike: N bots on raw sockets, each tells a pose of a headset 20 times a
// second and walks about. How old a pose is when it arrives is its latency. The numbers of visitors
// grow along --steps; each is one line of JSON. Frames are read as far as it takes to count them,
// so that the servers are what is measured; `late_ms` says when it was not.
import net from "node:net";
import { performance } from "node:perf_hooks";

const given = Object.fromEntries(
  process.argv.slice(2).map((word) => word.replace(/^--/, "").split("=")),
);
const [kind, port] = [given.kind, Number(given.port)];
const roomOf = Number(given.roomOf ?? 0);
const steps = given.steps.split(",").map(Number);
const [WARM_S, WINDOW_S, RATE, HOST] = [2, 3, 20, "127.0.0.1"];
const HALF_M = Number(given.half ?? 30);
const stampNow = () => Math.floor(performance.now()) >>> 0;

let isOpen = false;
let tally = null;
const begin = () => ({ ages: new Float64Array(6001), count: 0, frames: 0, poses: 0, bytes: 0, sent: 0, late: [] });
const note = (age) => {
  tally.ages[Math.max(0, Math.min(6000, Math.round(age)))]++;
  tally.count++;
};
const share = (part) => {
  let sum = 0;
  for (let ms = 0; ms <= 6000; ms++) {
    sum += tally.ages[ms];
    if (sum > 0 && sum >= tally.count * part) return ms;
  }
  return null;
};

/** A frame masked with zeros: legal, and costs nothing. */
function frame(body, op = 2) {
  const isShort = body.length < 126;
  const head = Buffer.alloc(isShort ? 6 : 8);
  head[0] = 0x80 | op;
  head[1] = 0x80 | (isShort ? body.length : 126);
  if (!isShort) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

class Bot {
  constructor(number) {
    this.number = number;
    this.turn = number;
    this.x = (Math.random() - 0.5) * 2 * HALF_M;
    this.z = (Math.random() - 0.5) * 2 * HALF_M;
    this.rest = null;
    this.isUp = false;
  }

  connect() {
    return new Promise((isIn, isOut) => {
      this.isIn = isIn;
      setTimeout(() => isOut(new Error(`visitor ${this.number} was not let in`)), 30000).unref();
      this.socket = net.connect(port, HOST, () => {
        this.socket.setNoDelay(true);
        if (speak.isPlain) speak.open(this);
        else {
          this.socket.write(
            `GET ${speak.path(this)} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
          );
        }
      });
      this.socket.on("data", (data) => this.take(data));
      this.socket.on("error", () => isOut(new Error("a line broke")));
    });
  }

  take(data) {
    if (isOpen) tally.bytes += data.length;
    let all = this.rest ? Buffer.concat([this.rest, data]) : data;
    this.rest = null;
    if (!speak.isPlain && !this.isUp) {
      const end = all.indexOf("\r\n\r\n");
      if (end < 0) {
        this.rest = all;
        return;
      }
      if (!all.subarray(0, 12).toString().includes("101")) throw new Error(all.subarray(0, 200).toString());
      this.isUp = true;
      speak.open(this);
      all = all.subarray(end + 4);
    }
    const used = speak.isPlain ? speak.take(this, all) : this.takeFrames(all);
    if (used < all.length) this.rest = all.subarray(used);
  }

  takeFrames(all) {
    let at = 0;
    while (all.length - at >= 2) {
      let size = all[at + 1] & 127;
      let head = 2;
      if (size === 126) {
        if (all.length - at < 4) break;
        [size, head] = [all.readUInt16BE(at + 2), 4];
      } else if (size === 127) {
        if (all.length - at < 10) break;
        [size, head] = [all.readUInt32BE(at + 6), 10];
      }
      if (all.length - at < head + size) break;
      const op = all[at] & 15;
      if (op === 9) this.socket.write(frame(all.subarray(at + head, at + head + size), 10));
      else if (op !== 8) speak.frame(this, all, at + head, size);
      at += head + size;
    }
    return at;
  }

  walk() {
    this.turn += (Math.random() - 0.5) * 0.4;
    if (Math.hypot(this.x, this.z) > HALF_M) this.turn = Math.atan2(-this.z, -this.x);
    this.x += Math.cos(this.turn) * 0.07;
    this.z += Math.sin(this.turn) * 0.07;
  }
}

/** 32 bytes for those who do not look into them. */
function pose(bot) {
  const body = Buffer.alloc(32);
  body.writeInt16LE(Math.round(bot.x * 256), 0);
  body.writeInt16LE(Math.round(bot.z * 256), 4);
  for (let i = 6; i < 32; i++) body[i] = (i * 37 + bot.number * 11 + Math.random() * 8) & 255;
  return body;
}

function stamped(bot) {
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt16LE(bot.number, 2);
  head.writeUInt32LE(stampNow(), 4);
  return Buffer.concat([head, pose(bot)]);
}

const roomName = (bot) => (roomOf ? Math.floor(bot.number / roomOf) : 0);

const LANGUAGES = {
  /** Ours, through the house's server or its gateway. */
  world: {
    path: (bot) => `/world?name=bot-${bot.number}&${speak.tickets?.[bot.number] ?? ""}`,
    async prepare(numbers) {
      if (!given.tickets) return;
      speak.tickets ??= {};
      for (const number of numbers) {
        const answer = await fetch(`http://${HOST}:${given.tickets}/ticket?name=bot-${number}`);
        speak.tickets[number] = `ticket=${await answer.text()}`;
      }
    },
    open: (bot) =>
      bot.socket.write(frame(Buffer.from(`\0{"type":"enter","place":"field-${roomName(bot)}"}`))),
    tell(bot) {
      const body = Buffer.alloc(35);
      body[0] = 1;
      body.writeInt16LE(Math.round(bot.x * 256), 1);
      body.writeInt16LE(Math.round(bot.z * 256), 5);
      body[10] = 32;
      body.writeUInt16LE(stampNow() & 0xffff, 11);
      body.writeUInt16LE(1650, 13);
      for (let i = 15; i < 35; i++) body[i] = (i * 37 + bot.number * 11 + Math.random() * 8) & 255;
      bot.socket.write(frame(body));
    },
    frame(bot, data, at, size) {
      if (data[at] === 0) {
        if (!bot.hasPlace && data.toString("latin1", at + 1, at + 18) === '{"type":"welcome"') {
          const [x, , z] = JSON.parse(data.toString("utf8", at + 1, at + size)).spot.position;
          [bot.x, bot.z, bot.hasPlace] = [x, z, true];
          bot.isIn();
        }
        return;
      }
      if (!isOpen || data[at] !== 2) return;
      const [flat, tracked, far] = [2, 4, 6].map((from) => data.readUInt16LE(at + from));
      tally.frames++;
      tally.poses += flat + tracked + far;
      const now = stampNow();
      const age = (from) => note((now - data.readUInt16LE(from)) & 0xffff);
      if (tracked) age(at + 12 + flat * 14 + Math.floor(Math.random() * tracked) * 36 + 12);
      const crowd = at + 12 + flat * 14 + tracked * 36;
      if (far) age(crowd + Math.floor(Math.random() * far) * 12 + 10);
    },
  },
  snapshot: {
    path: (bot) => `/?room=${roomName(bot)}`,
    open: (bot) => bot.isIn(),
    tell: (bot) => bot.socket.write(frame(stamped(bot))),
    frame(_, data, at) {
      if (!isOpen || data[at] !== 2) return;
      const count = data.readUInt16LE(at + 2);
      tally.frames++;
      tally.poses += count;
      if (count) note(stampNow() - data.readUInt32LE(at + 4 + Math.floor(Math.random() * count) * 38 + 2));
    },
  },
  relay: {
    path: (bot) => `/?room=${roomName(bot)}`,
    open: (bot) => bot.isIn(),
    tell: (bot) => bot.socket.write(frame(stamped(bot))),
    frame(_, data, at) {
      if (!isOpen || data[at] !== 1) return;
      tally.frames++;
      tally.poses++;
      if (tally.frames % 16 === 0) note(stampNow() - data.readUInt32LE(at + 4));
    },
  },
  /** Raw lines that count patches, and two of its own clients that read them. */
  colyseus: {
    seats: [],
    path: (bot) => speak.seats[bot.number],
    async prepare(numbers) {
      const { Client } = await import("@colyseus/sdk");
      for (let probe = speak.probes ?? 0; probe < 2; probe++, speak.probes = probe) {
        const room = await new Client(`ws://${HOST}:${port}`).joinOrCreate("world", {});
        room.onStateChange(({ players }) => {
          if (!isOpen) return;
          const all = [...players.values()];
          for (let look = 0; look < 20; look++) {
            const { stamp } = all[Math.floor(Math.random() * all.length)];
            if (stamp) note(stampNow() - stamp);
          }
        });
      }
      for (const number of numbers) {
        const answer = await fetch(`http://${HOST}:${port}/matchmake/joinOrCreate/world`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: "{}",
        });
        const seat = await answer.json();
        const { processId, roomId } = seat.room ?? seat;
        speak.seats[number] = `/${processId}/${roomId}?sessionId=${seat.sessionId}`;
      }
    },
    open() {},
    tell(bot) {
      const body = Buffer.alloc(4 + 13 * 3 + 5);
      body.set([13, 0xa1, 0x70, 0x9e]); // a message named "p": an array of 14
      const place = [Math.round(bot.x * 256), 400, Math.round(bot.z * 256)];
      for (let i = 0; i < 13; i++) {
        body[4 + 3 * i] = 0xd1;
        body.writeInt16BE(place[i] ?? ((i * 997 + Math.random() * 200) & 0x7fff), 5 + 3 * i);
      }
      body[43] = 0xce;
      body.writeUInt32BE(stampNow(), 44);
      bot.socket.write(frame(body));
    },
    frame(bot, data, at) {
      const type = data[at] & 0x1f;
      if (type === 10) {
        bot.socket.write(frame(Buffer.from([10])));
        bot.isIn();
      } else if (type === 15 && isOpen) {
        tally.frames++;
        tally.poses += roomOf || bots.length; // all of them move between two patches
      }
    },
  },
  nats: {
    isPlain: true,
    open: (bot) =>
      bot.socket.write(
        `CONNECT {"verbose":false,"echo":false}\r\nSUB room.${roomName(bot)} 1\r\nPING\r\n`,
      ),
    tell(bot) {
      const body = stamped(bot);
      const head = Buffer.from(`PUB room.${roomName(bot)} ${body.length}\r\n`);
      bot.socket.write(Buffer.concat([head, body, Buffer.from("\r\n")]));
    },
    take(bot, all) {
      let at = 0;
      for (;;) {
        const end = all.indexOf(10, at);
        if (end < 0) return at;
        if (all[at] === 0x4d) {
          if (all.length < end + 1 + 42) return at; // MSG … 40: the body and a line's end
          if (isOpen) {
            tally.frames++;
            tally.poses++;
            if (tally.frames % 16 === 0) note(stampNow() - all.readUInt32LE(end + 1 + 4));
          }
          at = end + 1 + 42;
        } else {
          const words = all.toString("latin1", at, end);
          if (words.startsWith("PING")) bot.socket.write("PONG\r\n");
          if (words.startsWith("PONG")) bot.isIn();
          at = end + 1;
        }
      }
    },
  },
};

const speak = LANGUAGES[kind];
const bots = [];

async function grow(count) {
  const fresh = Array.from({ length: count - bots.length }, (_, i) => new Bot(bots.length + i));
  await speak.prepare?.(fresh.map(({ number }) => number));
  for (let i = 0; i < fresh.length; i += 25) {
    await Promise.all(fresh.slice(i, i + 25).map((bot) => bot.connect()));
  }
  const now = performance.now();
  bots.push(...fresh);
  bots.forEach((bot, i) => {
    bot.due = now + ((i + 1) / bots.length) * (1000 / RATE);
  });
}

let turn = 0;
function pump() {
  const now = performance.now();
  for (let left = bots.length * 3; left > 0 && bots.length > 0; left--) {
    const bot = bots[turn % bots.length];
    if (bot.due > now) break;
    if (isOpen) {
      tally.sent++;
      tally.late.push(now - bot.due);
    }
    bot.walk();
    speak.tell(bot);
    bot.due = Math.max(bot.due + 1000 / RATE, now - 500);
    turn = (turn + 1) % bots.length;
  }
  setTimeout(pump, 1);
}

const wait = (s) => new Promise((done) => setTimeout(done, s * 1000));
pump();
for (const count of steps) {
  await grow(count);
  await wait(WARM_S);
  [tally, isOpen] = [begin(), true];
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  console.log("measure");
  await wait(WINDOW_S);
  isOpen = false;
  const took = (performance.now() - from) / 1000;
  const used = process.cpuUsage(cpu);
  tally.late.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      visitors: count,
      frames_per_s: tally.frames / took / count,
      poses_per_s: tally.poses / took / count,
      kb_per_s: tally.bytes / took / count / 1000,
      p50_ms: share(0.5),
      p99_ms: share(0.99),
      late_ms: tally.late[Math.floor(tally.late.length * 0.99)] ?? 0,
      load_cpu: (used.user + used.system) / 1e6 / took,
    }),
  );
}
process.exit(0);
