"""Signals, reload, restart and systemd, seen from outside the process."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'tests' / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402
from process import find_program, free_port  # noqa: E402
from toy import Toy, says  # noqa: E402

SECONDS = 30
RESTARTS = 10
LOAD_SECONDS = 12 if understudy.IS_SANITIZED else 6


def eventually(claim, what):
    deadline = time.monotonic() + SECONDS
    while not (found := claim()):
        if time.monotonic() > deadline:
            raise AssertionError(f'never came: {what}')
        time.sleep(0.01)
    return found


def is_open(path):
    """Whether a server listens; its file is there before it does."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def ask(address, target='/'):
    """The status of one request on a connection of its own; an address is a port or a path."""
    is_path = isinstance(address, str)
    with socket.socket(socket.AF_UNIX if is_path else socket.AF_INET) as client:
        client.settimeout(SECONDS)
        client.connect(address if is_path else ('127.0.0.1', address))
        client.sendall(f'GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'.encode())
        return int(client.makefile('rb').read().split(b' ')[1])


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.place = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.backend = self.stack.enter_context(Toy(says(b'live\n')))

    def started(self, more='', primary=None):
        made = understudy.Understudy(self.place / 'proxy', primary or self.backend.url,
                                     self.backend.url, 'server.workers = 2\n' + more)
        return self.stack.enter_context(made)

    def successor(self, proxy, number):
        """The process that took over, after the number-th restart."""
        ready = re.compile(r'process (\d+) is ready')
        found = eventually(lambda: ready.findall(proxy.messages())[number - 1:], 'a successor')
        return int(found[0])

    def end(self, pid):
        """Ends a process that is not our child."""
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: not pathlib.Path(f'/proc/{pid}/cmdline').exists()
                   or not pathlib.Path(f'/proc/{pid}/cmdline').read_bytes(), f'the end of {pid}')

    def load(self, port):
        return subprocess.Popen(
            [find_program('wrk'), '-t1', '-c8', f'-d{LOAD_SECONDS}s', f'http://127.0.0.1:{port}/'],
            stdout=subprocess.PIPE, text=True)

    def check_load(self, load):
        """Returns how many requests were answered; not one failed."""
        report = load.communicate(timeout=LOAD_SECONDS + SECONDS)[0]
        self.assertNotIn('Socket errors', report)
        self.assertNotIn('Non-2xx', report)
        return int(re.search(r'(\d+) requests in', report).group(1))

    def test_ten_restarts_under_load_fail_no_request(self):
        proxy = self.started()
        load = self.load(proxy.port)
        pid = proxy.child.pid
        for number in range(1, RESTARTS + 1):
            os.kill(pid, signal.SIGUSR2)
            pid = self.successor(proxy, number)
        answered = self.check_load(load)
        self.assertEqual(proxy.child.wait(SECONDS), 0)
        self.assertEqual(ask(proxy.port), 200)
        self.end(pid)
        eventually(lambda: proxy.messages().count('the log is complete') == RESTARTS + 1,
                   'all ends')
        log = understudy.Log(proxy.log)
        log.check_accounts(self)
        self.assertGreaterEqual(log.requests, answered)
        self.assertEqual(len({window['instance'] for window in log.windows}), RESTARTS + 1)

    def test_reloads_under_load_fail_no_request(self):
        proxy = self.started()
        load = self.load(proxy.port)
        text = proxy.configuration.read_text()
        for number in range(1, RESTARTS + 1):
            proxy.configuration.write_text(f'{text}shadow.percent = {10.0 * number}\n')
            proxy.child.send_signal(signal.SIGHUP)
            told = re.compile('SIGHUP: (not )?reloaded')
            eventually(lambda: len(told.findall(proxy.messages())) == number, 'a reload')
        self.check_load(load)
        self.assertIn('SIGHUP: reloaded: shadow.percent\n', proxy.messages())
        proxy.stop_clean(self)

    def test_a_bad_reload_says_all_and_changes_nothing(self):
        proxy = self.started()
        text = proxy.configuration.read_text()
        proxy.configuration.write_text(text + 'server.nonsense = 1\nserver.workers2 = 2\n')
        proxy.child.send_signal(signal.SIGHUP)
        eventually(lambda: 'not reloaded' in proxy.messages(), 'a refusal')
        self.assertIn('nonsense', proxy.messages())
        self.assertIn('workers2', proxy.messages())
        port = self.backend.server_address[1]
        proxy.configuration.write_text(text.replace(f':{proxy.port}"', f':{port}"', 1))
        proxy.child.send_signal(signal.SIGHUP)
        eventually(lambda: 'in use' in proxy.messages(), 'a refusal')
        self.assertEqual(ask(proxy.port), 200)
        proxy.stop_clean(self)

    def test_a_successor_that_cannot_start_leaves_all_as_it_is(self):
        proxy = self.started()
        text = proxy.configuration.read_text()
        proxy.configuration.write_text(text + 'server.nonsense = 1\n')
        proxy.child.send_signal(signal.SIGUSR2)
        eventually(lambda: 'no restart, this process goes on' in proxy.messages(), 'a refusal')
        self.assertIn('ended with 2', proxy.messages())
        self.assertEqual(ask(proxy.port), 200)
        proxy.stop_clean(self)

    def started_on_unix_socket(self, path):
        """A proxy that listens there, too."""
        proxy = understudy.Understudy(self.place / 'proxy', self.backend.url, self.backend.url)
        text = proxy.configuration.read_text()
        line, rest = text.split('\n', 1)
        address = line.split(' = ')[1]
        proxy.configuration.write_text(f'{rest}[[listen]]\naddress = {address}\n'
                                       f'[[listen]]\naddress = "unix:{path}"\n')
        self.stack.enter_context(proxy)
        # It has been awaited by its port, which is opened first.
        eventually(lambda: f'ready: listening on unix:{path}' in proxy.messages(), 'the socket')
        return proxy

    def test_a_successor_that_cannot_start_leaves_the_file_of_a_unix_socket(self):
        path = str(self.place / 'socket')
        proxy = self.started_on_unix_socket(path)
        good = proxy.configuration.read_text()
        refused = 'no restart, this process goes on'
        for number, bad in enumerate(('server.nonsense = 1\n' + good,
                                      good + '[[listen]]\naddress = "192.0.2.1:1"\n'), 1):
            proxy.configuration.write_text(bad)
            proxy.child.send_signal(signal.SIGUSR2)
            eventually(lambda: proxy.messages().count(refused) == number, 'a refusal')
            self.assertEqual(ask(path), 200)
        proxy.stop_clean(self)
        self.assertFalse(os.path.exists(path))

    def test_the_file_of_a_unix_socket_outlives_a_restart(self):
        path = str(self.place / 'socket')
        proxy = self.started_on_unix_socket(path)
        self.assertEqual(ask(path), 200)
        proxy.child.send_signal(signal.SIGUSR2)
        pid = self.successor(proxy, 1)
        self.assertEqual(proxy.child.wait(SECONDS), 0)
        self.assertEqual(ask(path), 200)
        self.end(pid)
        eventually(lambda: not os.path.exists(path), 'the end of the file')

    def test_sigusr1_goes_on_in_a_new_segment(self):
        proxy = self.started()
        self.assertEqual(ask(proxy.port), 200)
        first = eventually(lambda: list(proxy.log.glob('*.ndjson')), 'a segment')
        moved = self.place / 'moved'
        moved.mkdir()
        for segment in first:
            segment.rename(moved / segment.name)
        proxy.child.send_signal(signal.SIGUSR1)
        eventually(lambda: list(proxy.log.glob('*.ndjson')), 'another segment')
        proxy.stop_clean(self)

    def test_the_service_manager_is_told(self):
        for name in (str(self.place / 'notify'), f'\0understudy-test-{os.getpid()}'):
            with self.subTest(name), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.bind(name)
                manager.settimeout(SECONDS)
                environment = {**os.environ, 'NOTIFY_SOCKET': name.replace('\0', '@')}
                command = [understudy.program(), 'run', '--listen', '127.0.0.1:0', '--primary',
                           self.backend.url, '--log', str(self.place / 'log')]
                with open(self.place / 'stderr', 'w', encoding='utf-8') as messages:
                    child = subprocess.Popen(command, env=environment, stderr=messages)
                self.addCleanup(child.kill)
                self.assertEqual(manager.recv(1000), b'READY=1\n')
                child.send_signal(signal.SIGHUP)
                self.assertRegex(manager.recv(1000), rb'\ARELOADING=1\nMONOTONIC_USEC=\d+\n\Z')
                self.assertEqual(manager.recv(1000), b'READY=1\n')
                child.send_signal(signal.SIGUSR2)
                self.assertIn(b'RELOADING=1', manager.recv(1000))
                self.assertEqual(manager.recv(1000), b'READY=1\n')  # the new one's own
                found = re.fullmatch(rb'READY=1\nMAINPID=(\d+)\n', manager.recv(1000))
                self.assertEqual(child.wait(SECONDS), 0)
                self.end(int(found.group(1)))
                self.assertEqual(manager.recv(1000), b'STOPPING=1\n')

    def test_sockets_of_systemd_are_taken_by_their_address(self):
        activate = shutil.which('systemd-socket-activate')
        if activate is None:
            self.skipTest('systemd-socket-activate is not here')
        port, path = free_port(), str(self.place / 'activated')
        settings = self.place / 'understudy.toml'
        settings.write_text(f'primary.url = "{self.backend.url}"\nserver.workers = 2\n'
                            f'log.path = "{self.place}/log"\n'
                            f'[[listen]]\naddress = "unix:{path}"\n'
                            f'[[listen]]\naddress = "127.0.0.1:{port}"\n')
        with open(self.place / 'stderr', 'w', encoding='utf-8') as messages:
            child = subprocess.Popen(
                [activate, '-l', f'127.0.0.1:{port}', '-l', path, understudy.program(), 'run', '-c',
                 str(settings)], stderr=messages)
        self.addCleanup(child.kill)
        eventually(lambda: is_open(path), 'the socket')
        self.assertEqual([ask(path), ask(port), ask(path), ask(port)], [200] * 4)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(SECONDS), 0)
        self.assertTrue(os.path.exists(path), 'the file is systemd\'s')

    def test_nginx_on_a_unix_socket_is_a_primary(self):
        path = self.place / 'nginx.sock'
        (self.place / 'nginx.conf').write_text(
            f'daemon off;\nworker_processes 1;\npid {self.place}/pid;\n'
            f'error_log {self.place}/error.log;\nevents {{}}\nhttp {{\n access_log off;\n'
            f' server {{ listen unix:{path}; return 200 "live"; }}\n}}\n')
        child = subprocess.Popen([find_program('nginx'), '-p', str(self.place), '-c',
                                  str(self.place / 'nginx.conf'), '-e', f'{self.place}/error.log'])
        self.addCleanup(child.wait)
        self.addCleanup(child.terminate)
        eventually(lambda: is_open(path), 'nginx')
        proxy = self.started(primary=f'unix:{path}')
        self.assertEqual([ask(proxy.port) for _ in range(5)], [200] * 5)
        proxy.stop_clean(self)

    def test_examples_are_good(self):
        made = self.place / 'made'
        made.mkdir()
        subprocess.run([ROOT / 'tests' / 'support' / 'make_certificates', made], check=True)
        for example in sorted((ROOT / 'conf').glob('*.toml')):
            text = example.read_text(encoding='utf-8')
            for file in set(re.findall(r'"(/[^"*]*\.pem)"', text)):
                copy = self.place / pathlib.Path(file).name
                shutil.copy(made / ('server.key' if 'key' in copy.name else 'server.pem'), copy)
                text = text.replace(file, str(copy))
            (self.place / example.name).write_text(text, encoding='utf-8')
            with self.subTest(example.name):
                done = understudy.call('check', '-c', self.place / example.name)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_units_are_good(self):
        analyze = shutil.which('systemd-analyze')
        if analyze is None:
            self.skipTest('systemd-analyze is not here')
        for unit in ('understudy.service', 'understudy.socket'):
            text = (ROOT / 'conf' / unit).read_text(encoding='utf-8')
            (self.place / unit).write_text(
                text.replace('/usr/local/bin/understudy', understudy.program()))
        units = [str(self.place / unit) for unit in ('understudy.service', 'understudy.socket')]
        done = subprocess.run([analyze, 'verify', '--man=no', *units], text=True,
                              capture_output=True, check=False)
        own = [line for line in done.stderr.splitlines() if 'understudy' in line]
        self.assertEqual((done.returncode, own), (0, []), done.stderr)
        done = subprocess.run([analyze, 'security', '--offline=yes', '--threshold=20', units[0]],
                              text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr)


if __name__ == '__main__':
    sys.exit(runner.main())
