// unusual: each client is an async loop, which waits for the event drain
const net = require("node:net");
const { once } = require("node:events");

const BLOCK = Buffer.from("0123456789".repeat(4000));
const [host, port] = process.argv.at(-1).split(":");

async function serve(socket) {
  let held = "";
  for await (const data of socket) {
    held += data.toString("latin1");
    let end;
    while ((end = held.indexOf("\n")) >= 0) {
      const line = held.slice(0, end);
      held = held.slice(end + 1);
      if (!/^[0-9]{1,32}$/.test(line) || Number(line) > 16777216) {
        return;
      }
      for (let left = Number(line); left > 0; left -= BLOCK.length) {
        if (!socket.write(BLOCK.subarray(0, left))) {
          await once(socket, "drain");
        }
      }
    }
    if (held.length > 32) {
      return;
    }
  }
  socket.end();
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", (error) => console.error(error.message));
  serve(socket)
    .catch((error) => console.error(error.message))
    .finally(() => socket.writableEnded || socket.destroy());
});
server.listen({ host, port: Number(port), backlog: 128 });
