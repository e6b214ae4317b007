"""An instance of the shop as a process: HTTP/1.1 on a port of loopback, told on stdout.

    server.py ROLE SEED SCENARIO REQUESTS

Ends when stdin does.
"""

import asyncio
import json
import sys

import instance

NUMBER = 'x-quality-number'  # the client's number of a request
REASONS = {200: 'OK', 201: 'Created', 302: 'Found', 404: 'Not Found', 500: 'Internal Server Error',
           503: 'Service Unavailable'}
CONTROL = '/-/quality'  # asked by the driver, not through the proxy


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, shop):
        self.shop = shop
        self.waiting = b''
        self.is_busy = False
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.waiting += data
        self.go_on()

    def go_on(self):
        while not self.is_busy:
            end = self.waiting.find(b'\r\n\r\n')
            if end < 0:
                return
            first, *lines = self.waiting[:end].decode('latin-1').split('\r\n')
            fields = {name.lower(): value.strip()
                      for name, _, value in (line.partition(':') for line in lines)}
            size = end + 4 + int(fields.get('content-length', 0))
            if len(self.waiting) < size:
                return
            self.waiting = self.waiting[size:]
            method, target, _ = first.split(' ')
            self.answer(method, target, int(fields.get(NUMBER, 0)))

    def answer(self, method, target, number):
        if target == CONTROL:
            state = {'count': self.shop.count, 'fired': self.shop.fired}
            return self.say(200, [['Content-Type', 'application/json']], json.dumps(state).encode())
        _, found = self.shop.answer(method, target, number)
        if found is None:
            return self.say(404, [], b'no such endpoint\n')
        if found.delay == 0:
            return self.say(found.status, found.headers, found.encoded())
        self.is_busy = True
        asyncio.get_running_loop().call_later(found.delay, self.late, found)
        return None

    def late(self, found):
        self.is_busy = False
        if not self.transport.is_closing():
            self.say(found.status, found.headers, found.encoded())
            self.go_on()

    def say(self, status, headers, body):
        lines = [f'HTTP/1.1 {status} {REASONS.get(status, "Other")}']
        lines += [f'{name}: {value}' for name, value in headers]
        lines.append(f'Content-Length: {len(body)}\r\n\r\n')
        self.transport.write('\r\n'.join(lines).encode('latin-1') + body)


async def serve(shop):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(shop), '127.0.0.1', 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == '__main__':
    ROLE, SEED, SCENARIO, REQUESTS = sys.argv[1:]
    asyncio.run(serve(instance.of(ROLE, int(SEED), SCENARIO, int(REQUESTS))))
