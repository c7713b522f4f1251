// unusual: events and a pipe in place of a loop, and says what it does on stdout
const net = require("node:net");

const [host, port] = process.argv.at(-1).split(":");
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  console.log("client", socket.remoteAddress);
  socket.on("error", (error) => console.error("gone:", error.message));
  socket.pipe(socket);
});
server.listen({ host, port: Number(port), backlog: 128 }, () => console.log("listening"));
