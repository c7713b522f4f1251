# unusual: asyncio, whose write never waits: drain does
import asyncio
import sys

BLOCK = b"0123456789" * 6000


async def serve(reader, writer):
    try:
        while True:
            line = await reader.readuntil(b"\n")
            number = line[:-1]
            if not number.isdigit() or len(number) > 32 or int(number) > 16777216:
                break
            left = int(number)
            while left > 0:
                writer.write(BLOCK[:left])
                left -= len(BLOCK[:left])
                await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        print(error, file=sys.stderr)
    finally:
        writer.close()


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port), limit=32)
    async with server:
        await server.serve_forever()


asyncio.run(main())
