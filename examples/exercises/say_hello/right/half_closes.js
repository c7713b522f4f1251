// unusual: closes its direction at once, keeps all, decodes and prints at the very end
const net = require("node:net");

const [host, port] = process.argv.at(-1).split(":");
const pieces = [];
const socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
socket.on("connect", () => socket.end("你好\n"));
socket.on("data", (piece) => pieces.push(piece));
socket.on("end", () => process.stdout.write(Buffer.concat(pieces).toString("utf8")));
socket.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
