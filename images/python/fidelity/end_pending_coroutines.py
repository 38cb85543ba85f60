import asyncio


async def waits():
    try:
        await asyncio.sleep(60)
    finally:
        print("left waits")


async def numbers():
    try:
        yield 1
    finally:
        print("left numbers")


coroutine = waits()
coroutine.send(None) if False else None
generator = numbers()
started = generator.asend(None)


class Awaitable:
    def __await__(self):
        try:
            yield
        finally:
            print("left awaitable")


waiting = Awaitable().__await__()
next(waiting)
print("end of main")
