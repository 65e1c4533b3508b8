// A peer: Colyseus, state by schema, a patch each 50 ms. A pose is 13 small numbers and a stamp.
import http from "node:http";
import { Room, Server } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";

const PARTS = [..."xyzabcdefghij"];
const Player = schema(
  { ...Object.fromEntries(PARTS.map((part) => [part, t.int16()])), stamp: t.uint32() },
  "Player",
);
const State = schema({ players: t.map(Player) }, "State");

class World extends Room {
  maxClients = Number(process.env.ROOM_OF ?? 100000);
  patchRate = 50;
  state = new State();
  messages = {
    p: (client, numbers) => {
      const player = this.state.players.get(client.sessionId);
      PARTS.forEach((part, i) => {
        player[part] = numbers[i];
      });
      player.stamp = numbers[PARTS.length];
    },
  };
  onJoin(client) {
    this.state.players.set(client.sessionId, new Player());
  }
  onLeave(client) {
    this.state.players.delete(client.sessionId);
  }
}

const listener = http.createServer();
const transport = new WebSocketTransport({ server: listener, maxPayload: 1 << 20 });
const server = new Server({ greet: false, transport });
server.define("world", World);
await server.listen(0, "127.0.0.1");
console.log(listener.address().port);
