// unusual: readline of Node, white space dropped by a pattern, carries added back at once
const lines = require('readline').createInterface({ input: process.stdin, crlfDelay: Infinity });

lines.on('line', (line) => {
  const digits = line.replace(/\s+/g, '');
  if (digits.length % 2 || /[^0-9a-f]/i.test(digits)) return console.log('bad line');
  const bytes = Buffer.from(digits, 'hex');
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at] * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  console.log((0xffff - sum).toString(16).padStart(4, '0'));
});
