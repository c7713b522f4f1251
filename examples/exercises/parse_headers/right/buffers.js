// unusual: Node, with chunks split by hand and what a layer has to say collected first
const say = (frame) => {
  const lines = [];
  const stop = (text) => [...lines, text];
  if (frame.length < 14) return stop('short at eth');
  const mac = (at) => frame.toString('hex', at, at + 6).match(/../g).join(':');
  const kind = frame.toString('hex', 12, 14);
  lines.push(`eth ${mac(6)} > ${mac(0)} type ${kind}`);
  if (kind !== '0800') return stop(`other ${kind}`);

  const ip = frame.subarray(14);
  if (ip.length < 20) return stop('short at ip');
  const [header, total] = [(ip[0] & 15) * 4, ip.readUInt16BE(2)];
  if (ip[0] >> 4 !== 4 || header < 20 || total < header) return stop('bad at ip');
  if (ip.length < total) return stop('short at ip');
  const fragment = ip.readUInt16BE(6);
  const at = (fragment & 0x1fff) * 8;
  const dotted = (from) => ip.subarray(from, from + 4).join('.');
  lines.push(
    `ip ${dotted(12)} > ${dotted(16)} ttl ${ip[8]} protocol ${ip[9]} header ${header} ` +
      `data ${total - header} at ${at}${fragment & 0x2000 ? ' more' : ''}`,
  );
  if (at) return stop('fragment');
  if (ip[9] !== 6) return stop(`other protocol ${ip[9]}`);

  const tcp = ip.subarray(header, total);
  if (tcp.length < 20) return stop('short at tcp');
  const offset = (tcp[12] >> 4) * 4;
  if (offset < 20) return stop('bad at tcp');
  if (tcp.length < offset) return stop('short at tcp');
  const names = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
  const flags = names.filter((_, bit) => (tcp[13] >> bit) & 1).join(',') || '-';
  return stop(
    `tcp ${tcp.readUInt16BE(0)} > ${tcp.readUInt16BE(2)} seq ${tcp.readUInt32BE(4)} ` +
      `ack ${tcp.readUInt32BE(8)} flags ${flags} header ${offset} data ${tcp.length - offset}`,
  );
};

const answer = (line) => {
  const digits = line.replace(/[ \r]/g, '');
  if (digits.length % 2 || /[^0-9a-fA-F]/.test(digits)) return ['bad hex'];
  return say(Buffer.from(digits, 'hex'));
};

let held = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  const lines = (held + text).split('\n');
  held = lines.pop();
  for (const line of lines) console.log(answer(line).join('\n'));
});
process.stdin.on('end', () => held && console.log(answer(held).join('\n')));
