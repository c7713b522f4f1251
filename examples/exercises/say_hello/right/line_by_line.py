# unusual: asyncio, answers printed line by line as they come, talks on stderr
import asyncio
import sys


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    print("connecting to", sys.argv[-1], file=sys.stderr)
    reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 24)
    writer.write("你".encode())
    await writer.drain()
    writer.write("好\n".encode())
    await writer.drain()
    while line := await reader.readline():
        print(line.decode(errors="replace"), end="", flush=True)
    writer.close()


try:
    asyncio.run(main())
except OSError as error:
    print("cannot go on:", error)
    sys.exit(1)
