// unusual: events in place of threads; what is queued is in Node's own streams
const net = require("node:net");

const LINE = 4096;
const QUEUED = 500_000;
const [host, port] = process.argv.at(-1).split(":");
const room = new Set();

const server = net.createServer((socket) => {
  let held = Buffer.alloc(0);
  let late = 0;
  room.add(socket);
  socket.write(`here: ${room.size}\n`);

  const passOn = () => {
    let end;
    while (late === 0 && (end = held.indexOf("\n")) >= 0 && end <= LINE) {
      const line = held.subarray(0, end + 1);
      held = held.subarray(end + 1);
      for (const other of room) {
        if (other !== socket) {
          other.write(line);
          if (other.writableLength > QUEUED) {
            waitFor(other);
          }
        }
      }
    }
    if (late === 0 && held.length > LINE && !held.subarray(0, LINE + 1).includes("\n")) {
      socket.destroy();
    }
  };

  const waitFor = (other) => {
    late += 1;
    socket.pause();
    const done = () => {
      clearTimeout(timer);
      other.off("drain", done);
      other.off("close", done);
      late -= 1;
      if (late === 0) {
        socket.resume();
        passOn();
      }
    };
    const timer = setTimeout(() => other.destroy(), 250);
    other.on("drain", done);
    other.on("close", done);
  };

  socket.on("data", (data) => {
    held = held.length === 0 ? data : Buffer.concat([held, data]);
    passOn();
  });
  socket.on("end", () => room.delete(socket));
  socket.on("close", () => room.delete(socket));
  socket.on("error", (error) => console.error(error.message));
});
server.listen({ host, port: Number(port), backlog: 128 }, () => console.log("the room is open"));
