# unusual: asyncio, and small pieces
import asyncio
import sys


async def serve(reader, writer):
    held = b""
    try:
        while len(held) <= 65536 and (more := await reader.read(777)):
            held += more
        if len(held) > 65536:
            writer.write(b"too long\n")
            writer.write_eof()
            while await reader.read(65536):
                pass
        else:
            lines = held.removesuffix(b"\n").split(b"\n") if held else []
            writer.writelines(line + b"\n" for line in sorted(lines))
            await writer.drain()
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        writer.close()


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port))
    async with server:
        await server.serve_forever()


asyncio.run(main())
