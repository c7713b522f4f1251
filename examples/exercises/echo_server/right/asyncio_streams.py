# unusual: asyncio, with drain to wait for a peer that does not read
import asyncio
import sys


async def serve(reader, writer):
    try:
        while data := await reader.read(1000):
            writer.write(data)
            await writer.drain()
    except ConnectionError as error:
        print(error, file=sys.stderr)
    writer.close()


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port))
    print("ready")
    await server.serve_forever()


asyncio.run(main())
