// unusual: two pipes and no loop; Node ends by itself when both are done
const net = require("node:net");

const [host, port] = process.argv.at(-1).split(":");
const socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
process.stdin.pipe(socket);
socket.pipe(process.stdout, { end: false });
socket.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
