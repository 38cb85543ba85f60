import asyncio


async def say(text, delay):
    await asyncio.sleep(delay)
    print(text)
    return text


async def main():
    print(await asyncio.gather(say("second", 0.02), say("first", 0.01)))
    process = await asyncio.create_subprocess_exec("echo", "child", stdout=-1)
    print(await process.communicate(), process.returncode)
    server = await asyncio.start_server(lambda r, w: (w.write(b"hello"), w.close()), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    print(await reader.read())
    writer.close()
    server.close()
    print(await asyncio.to_thread(lambda: "from a thread"))


asyncio.run(main())
