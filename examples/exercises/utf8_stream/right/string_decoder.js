// unusual: StringDecoder of Node, and console.log
const net = require("node:net");
const { StringDecoder } = require("node:string_decoder");

const [host, port] = process.argv.at(-1).split(":");
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const decoder = new StringDecoder("utf8");
  const show = (text) => {
    for (const character of text) console.log(character);
  };
  socket.on("data", (bytes) => show(decoder.write(bytes)));
  socket.on("end", () => {
    show(decoder.end());
    socket.end();
  });
  socket.on("error", (error) => console.error(error.message));
});
server.listen(Number(port), host);
