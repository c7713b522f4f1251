// unusual: events in place of threads, and an answer in two writes a line
const net = require("node:net");

const LIMIT = 65536;
const [host, port] = process.argv.at(-1).split(":");
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let pieces = [];
  let count = 0;
  socket.on("error", (error) => console.error(error.message));
  socket.on("data", (data) => {
    if (count > LIMIT) {
      return;
    }
    count += data.length;
    pieces.push(data);
    if (count > LIMIT) {
      pieces = [];
      socket.end("too long\n");
    }
  });
  socket.on("end", () => {
    if (count > LIMIT) {
      return;
    }
    const all = Buffer.concat(pieces);
    const lines = [];
    for (let at = 0; at < all.length; ) {
      const end = all.indexOf("\n", at);
      const stop = end < 0 ? all.length : end;
      lines.push(all.subarray(at, stop));
      at = stop + 1;
    }
    for (const line of lines.sort(Buffer.compare)) {
      socket.write(line);
      socket.write("\n");
    }
    socket.end();
  });
});
server.listen({ host, port: Number(port), backlog: 128 });
