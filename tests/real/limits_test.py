"""What must hold when things go wrong or grow large, seen from outside the process."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402
from process import find_program, free_port  # noqa: E402
from servers import Apache, Nginx  # noqa: E402
from toy import Silent, Toy, says, waits_for  # noqa: E402

# A sanitized program keeps freed memory and is slow: smaller bodies, no promise about memory.
LARGE_BYTES = (64 if understudy.IS_SANITIZED else 1024) << 20
MAX_GROWTH = 64 << 20


def curl(url, *arguments):
    """(status, body) of one request; the status is 0 when there was no answer."""
    command = [find_program('curl'), '-sS', '--max-time', '120', '-w', '%{stderr}%{http_code}',
               *arguments, url]
    run = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return int(run.stderr[-3:] or 0), run.stdout


def nowhere():
    """A URL at which nobody listens."""
    return f'http://127.0.0.1:{free_port()}'


class LimitsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='understudy-limits-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)

    def enter(self, context):
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return context

    def run_understudy(self, primary, shadow, more=''):
        return self.enter(understudy.Understudy(self.folder / 'understudy', primary, shadow, more))

    def sparse_file(self, root):
        """A large file that takes no room on the disk."""
        root.mkdir()
        with open(root / 'huge.bin', 'wb') as file:
            file.truncate(LARGE_BYTES)
        os.utime(root / 'huge.bin', (1715947200, 1715947200))

    def check_memory(self, process, before):
        if not understudy.IS_SANITIZED:
            self.assertLess(process.peak_bytes() - before, MAX_GROWTH)


class ShadowTest(LimitsTest):
    """A shadow may lose data, never time."""

    def check_live(self, shadow, reason, more=''):
        primary = self.enter(Toy(says(b'live\n')))
        process = self.run_understudy(primary.url, shadow, more)

        for _ in range(20):
            self.assertEqual(curl(process.url), (200, b'live\n'))

        log = process.stop_clean(self)
        self.assertEqual(log.received, 20)
        failed = log.endpoints['GET /'].shadow_failed
        self.assertEqual(sum(failed.values()), 20, failed)
        self.assertRegex(' '.join(failed), reason)

    def test_a_shadow_that_refuses(self):
        self.check_live(nowhere(), 'refused|connect')

    def test_a_shadow_that_never_answers(self):
        with Silent() as shadow:
            self.check_live(shadow.url, 'time', 'shadow.timeout = "1s"\n')

    def test_a_shadow_that_dies_in_the_middle(self):
        primary = self.enter(Toy(says(b'live\n')))
        shadow = Toy(says(b'live\n'))
        shadow.__enter__()
        process = self.run_understudy(primary.url, shadow.url)

        for number in range(40):
            if number == 20:
                shadow.__exit__()
            self.assertEqual(curl(process.url), (200, b'live\n'))

        log = process.stop_clean(self)
        endpoint = log.endpoints['GET /']
        self.assertEqual(log.mirrored, 40)
        self.assertGreaterEqual(endpoint.same, 19)
        self.assertGreaterEqual(sum(endpoint.shadow_failed.values()), 19)


class PrimaryTest(LimitsTest):
    def test_a_primary_that_is_down(self):
        process = self.run_understudy(nowhere(), nowhere())

        status, body = curl(process.url)

        self.assertEqual(status, 502)
        self.assertTrue(0 < len(body) < 200, body)
        log = process.stop_clean(self)
        self.assertEqual(log.requests, 1)
        self.assertEqual(sum(log.failures.values()), 1)

    def test_a_primary_that_never_answers(self):
        primary = self.enter(Silent())
        process = self.run_understudy(primary.url, nowhere(), 'primary.timeout = "500ms"\n')

        self.assertEqual(curl(process.url)[0], 504)

        process.stop_clean(self)


class SizeTest(LimitsTest):
    """Bodies of any size pass in constant memory."""

    def test_a_huge_download(self):
        self.sparse_file(self.folder / 'files')
        nginx = self.enter(Nginx(self.folder / 'nginx', self.folder / 'files'))
        apache = self.enter(Apache(self.folder / 'apache', self.folder / 'files'))
        process = self.run_understudy(nginx.url, apache.url, 'shadow.timeout = "100s"\n')
        curl(process.url)
        before = process.peak_bytes()

        command = [find_program('curl'), '-sS', '-o', '/dev/null', '-w', '%{size_download}',
                   f'{process.url}/huge.bin']
        run = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)

        self.assertEqual(int(run.stdout), LARGE_BYTES)
        self.check_memory(process, before)
        log = process.stop_clean(self)
        self.assertEqual(log.endpoints['GET /huge.bin'].not_compared, {})
        self.assertEqual(log.endpoints['GET /huge.bin'].shadow_failed, {})

    def test_a_huge_upload(self):
        self.sparse_file(self.folder / 'files')
        primary = self.enter(Toy(says(b'taken\n')))
        shadow = self.enter(Toy(says(b'taken\n')))
        process = self.run_understudy(primary.url, shadow.url, 'shadow.timeout = "100s"\n')
        curl(process.url)
        before = process.peak_bytes()

        answer = curl(process.url + '/in', '-T', str(self.folder / 'files' / 'huge.bin'))

        self.assertEqual(answer, (200, b'taken\n'))
        self.check_memory(process, before)
        log = process.stop_clean(self)
        self.assertEqual(log.received, 2)


class SignalTest(LimitsTest):
    def start_slow_request(self, more=''):
        """A request that the primary answers only when self.event is set."""
        self.event = threading.Event()
        self.addCleanup(self.event.set)
        primary = self.enter(Toy(waits_for(self.event)))
        process = self.run_understudy(primary.url, nowhere(), more)
        command = [find_program('curl'), '-sS', '--max-time', '60', process.url]
        client = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL)
        self.addCleanup(client.communicate)
        self.wait_until(lambda: primary.seen == 1)
        return process, client

    def wait_until(self, holds):
        deadline = time.monotonic() + 20
        while not holds():
            self.assertLess(time.monotonic(), deadline, 'did not happen in time')
            time.sleep(0.01)

    def stops_listening(self, process):
        return curl(process.url, '--connect-timeout', '1')[0] == 0

    def test_sigterm_lets_a_running_request_finish(self):
        process, client = self.start_slow_request()

        process.child.terminate()
        self.wait_until(lambda: self.stops_listening(process))
        self.assertIsNone(process.child.poll())
        self.event.set()

        self.assertEqual(client.communicate()[0], b'at last\n')
        process.stop_signal = 0
        log = process.stop_clean(self)
        self.assertEqual(log.requests, 1)

    def test_the_drain_has_an_end(self):
        process, _ = self.start_slow_request('server.drain_timeout = "300ms"\n')

        self.assertEqual(process.stop(), 0, process.messages())

    def test_a_second_signal_ends_at_once(self):
        process, _ = self.start_slow_request()

        process.child.terminate()
        self.wait_until(lambda: self.stops_listening(process))
        process.child.send_signal(signal.SIGINT)

        # 128 + N as the shell shows it: by an exit code of its own, or by the signal itself.
        self.assertIn(process.child.wait(20), (128 + signal.SIGINT, -signal.SIGINT))


class StartTest(LimitsTest):
    def test_a_port_in_use(self):
        primary = self.enter(Toy(says(b'live\n')))
        port = primary.server_address[1]

        run = understudy.call('run', '--listen', f'127.0.0.1:{port}', '--primary', nowhere(),
                              '--shadow', nowhere(), '--log', self.folder / 'log')

        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn(str(port), run.stderr)
        self.assertIn('in use', run.stderr)

    def test_flags_alone_are_enough(self):
        primary = self.enter(Toy(says(b'live\n')))
        process = understudy.Understudy(self.folder / 'flags', primary.url, primary.url)
        command = [understudy.program(), 'run', '--primary', primary.url, '--shadow', primary.url,
                   '--listen', f'127.0.0.1:{process.port}', '--log', str(process.log)]
        process.command = lambda: command
        self.enter(process)

        self.assertEqual(curl(process.url), (200, b'live\n'))

        self.assertEqual(process.stop_clean(self).received, 1)


if __name__ == '__main__':
    sys.exit(runner.main())
