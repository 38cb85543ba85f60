import asyncio


async def broken():
    raise ValueError("nobody awaits it")


async def main():
    task = asyncio.create_task(broken(), name="the task")
    await asyncio.sleep(0)
    del task
    print("main ends")


asyncio.run(main())
