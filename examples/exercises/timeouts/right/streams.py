# unusual: asyncio with wait_for around every wait, and no timeout of a socket
import asyncio
import sys

here = 0


async def serve(reader, writer):
    global here
    here += 1
    try:
        while True:
            line = await asyncio.wait_for(reader.readuntil(b"\n"), 0.4)
            writer.write(b"%d\n" % here if line == b"who\n" else line)
            await asyncio.wait_for(writer.drain(), 0.4)
    except asyncio.TimeoutError:
        # What cannot leave would keep the connection open.
        writer.transport.abort()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        print(error, file=sys.stderr)
    finally:
        here -= 1
        writer.close()


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port), limit=4096)
    async with server:
        await server.serve_forever()


asyncio.run(main())
