# unusual: asyncio, whose readuntil has a limit of its own, and a greeting on stdout
import asyncio
import sys


async def serve(reader, writer):
    print("new client", writer.get_extra_info("peername"))
    try:
        while True:
            line = await reader.readuntil(b"\n")
            sys.stdout.buffer.write(b"said: " + line)
            sys.stdout.flush()
            writer.write(line)
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        print(error, file=sys.stderr)
    finally:
        writer.close()


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port), limit=65536)
    print("listening on", sys.argv[-1])
    async with server:
        await server.serve_forever()


asyncio.run(main())
