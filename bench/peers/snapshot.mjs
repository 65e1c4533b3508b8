// A peer: the `ws` package with the best that a plain server can do, one snapshot of all for all,
// packed once in 50 ms. RELAY=1 sends each pose on at once instead, as most do.
import { WebSocketServer } from "ws";

const ENTRY = 38; // number u16, stamp u32, pose
const isRelay = process.env.RELAY === "1";
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
const rooms = new Map();

server.on("listening", () => console.log(server.address().port));
server.on("connection", (socket, request) => {
  const name = new URL(request.url, "http://x").searchParams.get("room");
  const room = rooms.get(name) ?? { sockets: new Set(), rows: Buffer.alloc(ENTRY * 65536), moved: new Set() };
  rooms.set(name, room);
  room.sockets.add(socket);
  socket._socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("close", () => room.sockets.delete(socket));
  socket.on("message", (pose) => {
    if (isRelay) {
      for (const other of room.sockets) if (other !== socket) other.send(pose);
      return;
    }
    const number = pose.readUInt16LE(2);
    room.rows.writeUInt16LE(number, number * ENTRY);
    pose.copy(room.rows, number * ENTRY + 2, 4, 40);
    room.moved.add(number);
  });
});

setInterval(() => {
  for (const { sockets, rows, moved } of rooms.values()) {
    if (moved.size === 0) continue;
    const frame = Buffer.allocUnsafe(4 + moved.size * ENTRY);
    frame[0] = 2;
    frame.writeUInt16LE(moved.size, 2);
    let at = 4;
    for (const number of moved) at += rows.copy(frame, at, number * ENTRY, (number + 1) * ENTRY);
    moved.clear();
    for (const socket of sockets) socket.send(frame);
  }
}, 50);
