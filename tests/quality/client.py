"""A client with many keep-alive connections that sends the seeded requests through the proxy."""

import asyncio

from dice import Dice
from shop import SHOP

CONNECTIONS = 8
REQUEST_SECONDS = 60


def requests_of(seed, count, only=None):
    """(method, target, body) of each request, endpoints by their weight."""
    dice = Dice(seed, 'client')
    endpoints = [each for each in SHOP.endpoints if only is None or only(each.id)]
    weights = [each.weight for each in endpoints]
    # Every endpoint a few times, whatever its weight.
    chosen = (endpoints * 3)[:count]
    chosen += dice.choices(endpoints, weights, k=count - len(chosen))
    dice.shuffle(chosen)
    return [(each.method, each.target(seed, dice), each.body) for each in chosen]


class Client:
    """Sends at a steady pace, as far as its connections are free."""

    def __init__(self, port, requests, rate):
        self.port = port
        self.rate = rate
        self.waiting = iter(enumerate(requests, 1))
        self.answered = self.failed = 0
        self.begin = 0

    async def run(self):
        """Sends all; returns (answered, failed)."""
        self.begin = asyncio.get_running_loop().time()
        await asyncio.gather(*(self.connection() for _ in range(CONNECTIONS)))
        return self.answered, self.failed

    async def connection(self):
        stream = None
        for number, request in self.waiting:
            due = self.begin + number / self.rate
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            try:
                stream = stream or await asyncio.open_connection('127.0.0.1', self.port)
                await asyncio.wait_for(self.exchange(stream, number, request), REQUEST_SECONDS)
                self.answered += 1
            except (OSError, EOFError, asyncio.TimeoutError, ValueError):
                self.failed += 1
                stream = self.closed(stream)
        self.closed(stream)

    def closed(self, stream):
        if stream:
            stream[1].close()

    async def exchange(self, stream, number, request):
        reader, writer = stream
        method, target, body = request
        head = (f'{method} {target} HTTP/1.1\r\nHost: shop.example\r\n'
                f'X-Quality-Number: {number}\r\n')
        if body:
            head += f'Content-Type: application/json\r\nContent-Length: {len(body)}\r\n'
        writer.write(f'{head}\r\n{body}'.encode())
        answer = (await reader.readuntil(b'\r\n\r\n')).lower()
        at = answer.index(b'content-length:') + 15
        await reader.readexactly(int(answer[at:answer.index(b'\r\n', at)]))
