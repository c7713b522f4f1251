// unusual: counts the bytes that begin a character, and never decodes
const net = require("node:net");

const [host, port] = process.argv.at(-1).split(":");
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let bytes = 0; // of this line
  let characters = 0;
  let last = 0;
  const answer = () => {
    socket.write(`${last === 13 ? characters - 1 : characters}\n`);
    bytes = characters = last = 0;
  };
  socket.on("data", (data) => {
    for (const byte of data) {
      if (byte === 10) {
        answer();
        continue;
      }
      bytes += 1;
      if (bytes > 65536) {
        socket.destroy();
        return;
      }
      if ((byte & 0xc0) !== 0x80) characters += 1;
      last = byte;
    }
  });
  socket.on("end", () => {
    if (bytes > 0) answer();
    socket.end();
  });
  socket.on("error", (error) => console.log(error.message));
});
server.listen({ host, port: Number(port), backlog: 64 });
