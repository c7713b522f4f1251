# unusual: one thread, with asyncio; drain is the back-pressure
import asyncio
import sys


async def copy(reader, writer):
    try:
        while block := await reader.read(65536):
            writer.write(block)
            await writer.drain()
        writer.write_eof()
        return True
    except OSError:
        return False


async def serve(client_reader, client_writer):
    try:
        server_reader, server_writer = await asyncio.open_connection(*TARGET)
    except OSError:
        client_writer.close()
        return
    ways = [
        asyncio.create_task(copy(client_reader, server_writer)),
        asyncio.create_task(copy(server_reader, client_writer)),
    ]
    while ways:
        done, ways = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if not all(way.result() for way in done):
            break
    for way in ways:
        way.cancel()
    for writer in client_writer, server_writer:
        writer.transport.abort() if ways else writer.close()


async def main():
    server = await asyncio.start_server(serve, *LISTEN, backlog=128)
    await server.serve_forever()


LISTEN, TARGET = ((host, int(port)) for host, port in (a.rsplit(":", 1) for a in sys.argv[1:]))
asyncio.run(main())
