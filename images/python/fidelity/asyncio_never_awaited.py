import asyncio


async def f():
    pass


async def main():
    f()
    raise RuntimeError("from main")


asyncio.run(main())
