"""How `run` begins and ends, and what it says when it cannot."""

import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import runner  # noqa: E402
from program import UNDERSTUDY, InDirectory  # noqa: E402

FLAGS = ('--primary', 'http://127.0.0.1:1', '--shadow', 'http://127.0.0.1:2', '--workers', '2')
SECONDS = 30


class Run(InDirectory):
    def started(self, *words):
        """A running proxy and the port that it listens on."""
        process = subprocess.Popen([UNDERSTUDY, 'run', '--listen', '127.0.0.1:0', *FLAGS, *words],
                                   cwd=self.directory, env={}, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        for line in process.stderr:
            found = re.search(r'listening on 127\.0\.0\.1:(\d+)', line)
            if found:
                return process, int(found.group(1))
        return self.fail('it never listened')

    def test_a_port_in_use_is_named(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            address = f'127.0.0.1:{taken.getsockname()[1]}'
            done = self.run_here('run', '--listen', address, *FLAGS)
        self.assertEqual(done.returncode, 2)
        self.assertIn(address, done.stderr)
        self.assertIn('Address already in use', done.stderr)
        self.assertFalse((self.directory / 'understudy-log').exists())

    def test_nothing_given_says_how_to_begin(self):
        done = self.run_here('run')
        self.assertEqual(done.returncode, 2)
        self.assertIn('understudy run --listen 127.0.0.1:8080 --primary', done.stderr)

    def test_a_bad_configuration_ends_with_two(self):
        self.refused('run', '-c', '.', message='cannot read .: it is a directory, not a file\n')

    def test_a_host_without_address_is_named_and_asked_for_again(self):
        process, port = self.started('--set', 'primary.url=http://no-such-host.invalid')
        with socket.create_connection(('127.0.0.1', port), SECONDS) as client:
            client.sendall(b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
            answer = client.makefile('rb').read()
        self.assertTrue(answer.startswith(b'HTTP/1.1 502 '), answer)
        self.assertIn(b'no-such-host.invalid has no address that is known', answer)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(SECONDS), 0)

    def test_there_is_room_for_all_descriptors_before_the_first_is_needed(self):
        process, _ = self.started()
        status = pathlib.Path(f'/proc/{process.pid}/status').read_text(encoding='ascii')
        room = int(re.search(r'FDSize:\s+(\d+)', status).group(1))
        allowed = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0]
        self.assertGreaterEqual(room, min(allowed, 65536))

    def test_a_log_that_cannot_be_written_is_named(self):
        self.write('in the way', 'taken')
        done = self.run_here('run', '--listen', '127.0.0.1:0', *FLAGS, '--log', 'taken')
        self.assertEqual(done.returncode, 2)
        self.assertIn('taken', done.stderr)

    def test_a_primary_that_refuses_is_a_502_and_the_signal_a_clean_end(self):
        process, port = self.started()
        with socket.create_connection(('127.0.0.1', port), SECONDS) as client:
            client.sendall(b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
            answer = client.makefile('rb').read()
        self.assertTrue(answer.startswith(b'HTTP/1.1 502 '), answer)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(SECONDS), 0)
        done = self.run_here('report', '--json')
        self.assertIn('"requests":1', done.stdout.replace(' ', ''))


if __name__ == '__main__':
    sys.exit(runner.main())
