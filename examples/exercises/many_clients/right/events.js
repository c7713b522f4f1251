// unusual: events in place of threads, and a line on stdout for each client that comes or leaves
const net = require("node:net");

const LIMIT = 65536;
const [host, port] = process.argv.at(-1).split(":");
const server = net.createServer((socket) => {
  const name = socket.remotePort;
  let held = Buffer.alloc(0);
  console.log(`${name} is here`);
  socket.on("data", (data) => {
    held = Buffer.concat([held, data]);
    let end;
    while ((end = held.indexOf("\n")) >= 0 && end <= LIMIT) {
      const line = held.subarray(0, end + 1);
      held = held.subarray(end + 1);
      process.stdout.write(Buffer.concat([Buffer.from(`${name}: `), line]));
      socket.write(line);
    }
    if (held.length > LIMIT) {
      socket.destroy();
    }
  });
  socket.on("error", (error) => console.error(error.message));
  socket.on("close", () => console.log(`${name} is gone`));
});
server.listen({ host, port: Number(port), backlog: 128 }, () => console.log("listening"));
