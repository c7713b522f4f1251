// unusual: two pipes of Node, in a process of one thread
const net = require('net');

const [listen, target] = process.argv.slice(2).map((address) => {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
});

net.createServer({ allowHalfOpen: true }, (client) => {
  const server = net.connect({ ...target, allowHalfOpen: true });
  client.pipe(server);
  server.pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
}).listen(listen);
