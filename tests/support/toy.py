"""Servers that misbehave on request: threads in the test's own process, on loopback."""

import contextlib
import http.server
import socket
import threading

CHUNK = 1 << 20


class Handler(http.server.BaseHTTPRequestHandler):
    """Drops request bodies of any size; `server.script` decides about the answer."""

    protocol_version = 'HTTP/1.1'
    timeout = 60

    def answer(self):
        self.server.seen += 1
        left = int(self.headers.get('Content-Length') or 0)
        while left > 0:
            taken = len(self.rfile.read(min(left, CHUNK)))
            if taken == 0:
                return
            left -= taken
        self.server.script(self)

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def send(self, status, body):
        self.send_response(status)
        self.send_header('Content-Type', 'text/plain')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        # Bytes behind an answer to HEAD would be taken for the next answer on that connection.
        if self.command != 'HEAD':
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Toy(http.server.ThreadingHTTPServer):
    """Answers every request by `script(handler)`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, script):
        super().__init__(('127.0.0.1', 0), Handler)
        self.script = script
        self.seen = 0
        self.connections = []
        self.url = f'http://127.0.0.1:{self.server_address[1]}'

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def get_request(self):
        connection, address = super().get_request()
        self.connections.append(connection.dup())
        return connection, address

    def handle_error(self, *_):
        """Clients and proxies may leave at any time."""


def says(body, status=200):
    return lambda handler: handler.send(status, body)


def waits_for(event, body=b'at last\n'):
    """Answers as soon as the event happened, or after a minute."""
    def script(handler):
        event.wait(60)
        handler.send(200, body)
    return script


class Silent:
    """A server that takes connections and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
