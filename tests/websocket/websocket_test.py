"""WebSocket through understudy: npm's `ws` as server and client, and a raw client beside it."""

import base64
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import npm  # noqa: E402
import runner  # noqa: E402
import understudy  # noqa: E402
from process import Process, find_program  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
SECONDS = 120
MASK = b'\x01\x02\x03\x04'


class Server(Process):
    def command(self):
        return [find_program('node'), str(FOLDER / 'server.mjs'), str(self.port)]


def frame(text):
    """A text frame as clients must send it: masked (RFC 6455, 5.2)."""
    masked = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(text))
    return bytes([0x81, 0x80 | len(text)]) + MASK + masked


def request(path):
    key = base64.b64encode(os.urandom(16)).decode()
    return (f'GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n').encode()


class WebSocketTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        npm.install(FOLDER)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='understudy-websocket-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = self.enter(Server(self.folder / 'server'))

    def enter(self, context):
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return context

    def start(self, more=''):
        self.process = self.enter(understudy.Understudy(
            self.folder / 'understudy', self.server.url, self.server.url, more))
        return self.process

    def play(self, scene, requests=1, more=''):
        """One scene of client.mjs; nothing of it is mirrored, and all of it is counted."""
        process = self.start(more)
        command = [find_program('node'), str(FOLDER / 'client.mjs'),
                   f'ws://127.0.0.1:{process.port}', scene]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             check=False, timeout=SECONDS)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        log = process.stop_clean(self)
        self.assertEqual(log.requests, requests)
        self.assertEqual(log.not_mirrored, {'upgrade': requests})

    def test_messages_come_back_in_order(self):
        self.play('messages')

    def test_large_messages_arrive_whole_compressed_or_not(self):
        self.play('large', 2)

    def test_both_directions_at_once(self):
        self.play('both')

    def test_what_follows_the_101_at_once_arrives(self):
        self.play('greeting', 50)

    def test_protocol_extensions_and_pings_are_agreed_on_between_the_ends(self):
        self.play('protocol')

    def test_the_close_of_the_server_reaches_the_client(self):
        self.play('goodbye')

    def test_an_upgrade_that_is_refused_is_an_answer(self):
        self.play('refused', 2)

    def test_a_hundred_at_once(self):
        self.play('many', 100)

    def test_silence_ends_it_and_pings_keep_it(self):
        self.play('silence', 1, 'server.tunnel_timeout = "500ms"\n')

    def raw(self, data):
        """A client that sends all of that at once; the head of the answer is taken off."""
        client = socket.create_connection(('127.0.0.1', self.start().port), SECONDS)
        self.addCleanup(client.close)
        client.sendall(data)
        stream = client.makefile('rb')
        self.addCleanup(stream.close)
        self.assertEqual(stream.readline(), b'HTTP/1.1 101 Switching Protocols\r\n')
        while stream.readline() != b'\r\n':
            pass
        return client, stream

    def test_frames_that_came_behind_the_request_go_through(self):
        _, stream = self.raw(request('/echo') + frame(b'early') + frame(b'bird'))

        self.assertEqual(stream.read(13), b'\x81\x05early\x81\x04bird')

    def test_a_client_that_ends_its_side_still_gets_what_is_due(self):
        client, stream = self.raw(request('/echo') + frame(b'last words'))
        client.shutdown(socket.SHUT_WR)

        self.assertEqual(stream.read()[:12], b'\x81\x0alast words')

    def test_a_refused_upgrade_leaves_an_http_connection(self):
        client = socket.create_connection(('127.0.0.1', self.start().port), SECONDS)
        self.addCleanup(client.close)
        follower = b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
        client.sendall(request('/plain') + follower)
        with client.makefile('rb') as stream:
            answers = stream.read()

        self.assertEqual(answers.count(b'HTTP/1.1 200 OK\r\n'), 2)
        self.assertTrue(answers.endswith(b'plain\n'), answers)
        log = self.process.stop_clean(self)
        self.assertEqual((log.requests, log.mirrored), (2, 1))


if __name__ == '__main__':
    sys.exit(runner.main())
