// unusual: the HTTP server of Node, on one thread
const http = require('http');

const pages = { '/': '首页\n', '/hello.txt': '你好，世界\nHello, world\n', '/empty': '' };

const server = http.createServer({ requireHostHeader: false }, (request, response) => {
  const answer = (status, body, last) => {
    const bytes = Buffer.from(body);
    if (last) response.shouldKeepAlive = false;
    response.writeHead(status, { 'Content-Length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };
  const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
  // The parser takes two words for HTTP/0.9.
  if (request.httpVersion !== '1.1' || hosts.length !== 1) return answer(400, '', true);
  if (!['GET', 'HEAD'].includes(request.method)) return answer(501, '', true);
  const body = Object.hasOwn(pages, request.url) ? pages[request.url] : undefined;
  answer(body === undefined ? 404 : 200, body ?? '没有 none\n', false);
});
// What the parser refuses has no request and no response.
server.on('clientError', (error, socket) => {
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  if (!socket.writable) return socket.destroy();
  socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
});

const at = process.argv.at(-1).lastIndexOf(':');
server.listen(Number(process.argv.at(-1).slice(at + 1)), process.argv.at(-1).slice(0, at));
