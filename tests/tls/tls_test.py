"""TLS with real peers: curl and openssl in front, nginx behind with certificates of all kinds."""

import concurrent.futures
import contextlib
import hashlib
import json
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402
from peers import Nginx, curl, make_certificates, s_client  # noqa: E402
from process import find_program  # noqa: E402

LARGE_BYTES = 4 << 20
GET = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
# What else testssl looks at is the page and the certificate, and both are a test's. One run each,
# side by side: alone they take minutes.
TESTSSL_CHECKS = (('--protocols', '--standard', '--fs', '--server-preference'), ('--vulnerable',))
TESTSSL_SECONDS = 500  # of a busy machine; a quiet one takes a fifth


class Place(unittest.TestCase):
    """A folder with certificates, and what a test starts in it."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix='understudy-tls-')
        self.addCleanup(place.cleanup)
        self.root = pathlib.Path(place.name)
        self.root.chmod(0o755)
        self.pem = make_certificates(self.root / 'certificates')
        self.ca = ('--cacert', self.pem / 'ca.pem')

    def run_it(self, process):
        self.addCleanup(process.stop)
        return process.start()

    def secure_nginx(self, name, certificate, more='', **options):
        return self.run_it(Nginx(
            self.root / name, 'ssl',
            f'ssl_certificate {self.pem}/{certificate}.pem;\n'
            f'ssl_certificate_key {self.pem}/{certificate}.key;\n' + more, **options))

    def understudy(self, primary, shadow, more, **listen):
        """`more` is TOML; `listen` names certificates and what else [listen.tls] has."""
        lines = [f'{key} = {json.dumps(value)}\n' for key, value in listen.items()]
        text = more + ('[listen.tls]\n' + ''.join(lines) if listen else '')
        return self.run_it(understudy.Understudy(self.root / 'understudy', primary, shadow, text))

    def files(self, *names):
        return {'cert': [f'{self.pem}/{name}.pem' for name in names],
                'key': [f'{self.pem}/{name}.key' for name in names]}


def local(port, path='/', name='localhost'):
    return f'https://{name}:{port}{path}'


def secure_url(server):
    return f'https://localhost:{server.port}'


class SecureToy:
    """Answers until close; its end is TLS's own, or only that of the connection."""

    def __init__(self, pem, is_cut):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem / 'server.pem', pem / 'server.key')
        self.is_cut = is_cut
        self.socket = context.wrap_socket(socket.create_server(('127.0.0.1', 0)), server_side=True)
        self.url = f'https://localhost:{self.socket.getsockname()[1]}'

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(4096)
                    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\nhalf')
                    if not self.is_cut:
                        connection.unwrap()


class ListenerTest(Place):
    def test_clients_of_all_good_kinds_are_served_and_the_others_are_not(self):
        nginx = self.run_it(Nginx(self.root / 'nginx', says='$http_x_forwarded_proto'))
        proxy = self.understudy(nginx.url, nginx.url, '', **self.files('server', 'named', 'wild'))
        url = local(proxy.port)

        for version in ('1.2', '1.3'):
            with self.subTest(version):
                self.assertEqual(curl(url, *self.ca, f'--tlsv{version}', '--tls-max', version),
                                 (200, 'https\n', 0))
        for name in ('only.test', 'any.wild.test'):
            with self.subTest(name):
                answer = curl(local(proxy.port, name=name), *self.ca,
                              '--resolve', f'{name}:{proxy.port}:127.0.0.1')
                self.assertEqual(answer, (200, 'https\n', 0))
        plain = curl(f'http://localhost:{proxy.port}/')
        self.assertEqual(plain[0], 400)
        self.assertIn('https://', plain[1])
        self.assertIn('alert no application protocol',
                      s_client(proxy.port, '-alpn', 'h2', say=GET))
        self.assertIn('ALPN protocol: http/1.1',
                      s_client(proxy.port, '-alpn', 'h2,http/1.1', say=GET))
        old = s_client(proxy.port, '-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0', say=GET)
        self.assertIn('Cipher is (NONE)', old)
        log = proxy.stop_clean(self)
        self.assertEqual(log.failures['bad_request'], 1)
        self.assertEqual(log.failures['client_tls'], 2)

    def test_sessions_are_resumed_on_every_loop(self):
        nginx = self.run_it(Nginx(self.root / 'nginx'))
        proxy = self.understudy(nginx.url, nginx.url, '[server]\nworkers = 4\n',
                                **self.files('server'))
        session = self.root / 'session'
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version):
                # Until the server's end of the connection, so that the ticket has come.
                first = s_client(proxy.port, version, '-ign_eof', '-sess_out', session, say=GET)
                self.assertIn('New, TLS', first)
                for _ in range(8):
                    again = s_client(proxy.port, version, '-ign_eof', '-sess_in', session, say=GET)
                    self.assertIn('Reused, TLS', again)
                    self.assertIn('200 OK', again)
        proxy.stop_clean(self)

    def test_a_reload_brings_a_new_certificate_and_ends_no_connection(self):
        nginx = self.run_it(Nginx(self.root / 'nginx'))
        for kind in ('pem', 'key'):
            shutil.copy(self.pem / f'server.{kind}', self.root / f'now.{kind}')
        proxy = self.understudy(nginx.url, nginx.url, '', cert=f'{self.root}/now.pem',
                                key=f'{self.root}/now.key')
        session = self.root / 'session'
        s_client(proxy.port, '-ign_eof', '-sess_out', session, say=GET)
        context = ssl.create_default_context(cafile=self.pem / 'ca.pem')
        kept = context.wrap_socket(socket.create_connection(('127.0.0.1', proxy.port)),
                                   server_hostname='localhost')
        self.addCleanup(kept.close)
        self.assertIn('CN = test server\n', self.subject(proxy))

        # Half of a pair is no pair: nothing changes, and the reason is told.
        shutil.copy(self.pem / 'server-rsa.pem', self.root / 'now.pem')
        proxy.child.send_signal(signal.SIGHUP)
        self.wait_for(lambda: 'is not the key of the certificate' in proxy.messages())
        self.assertIn('CN = test server\n', self.subject(proxy))
        shutil.copy(self.pem / 'server-rsa.key', self.root / 'now.key')
        proxy.child.send_signal(signal.SIGHUP)
        self.wait_for(lambda: 'CN = test server-rsa\n' in self.subject(proxy))

        kept.sendall(GET.encode())
        self.assertIn(b'200 OK', kept.recv(100))
        self.assertIn('Reused, TLS',
                      s_client(proxy.port, '-ign_eof', '-sess_in', session, say=GET))
        proxy.stop_clean(self)

    @staticmethod
    def subject(proxy):
        lines = s_client(proxy.port, '-ign_eof', say=GET).splitlines()
        return '\n'.join(line.replace('subject=', '') for line in lines if 'CN' in line) + '\n'

    def wait_for(self, holds):
        deadline = time.monotonic() + 20
        while not holds():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    @unittest.skipIf(understudy.IS_SANITIZED, 'what it measures is the same, and it takes long')
    def test_testssl_finds_nothing_above_low(self):
        nginx = self.run_it(Nginx(self.root / 'nginx'))
        proxy = self.understudy(nginx.url, nginx.url, '', **self.files('server', 'server-rsa'))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            runs = pool.map(lambda checks: self.run_testssl(proxy.port, checks), TESTSSL_CHECKS)
            findings = [finding for run in runs for finding in run]
        # WARN is what testssl could not try with the openssl of this machine.
        worse = [each for each in findings if each['severity'] not in ('LOW', 'WARN')]
        self.assertEqual(worse, [])
        self.assertLess(len(findings), 6, findings)
        proxy.stop_clean(self)

    def run_testssl(self, port, checks):
        found = self.root / f'found{checks[0]}.json'
        subprocess.run([find_program('testssl', 'testssl.sh'), '--fast', '--quiet', '--color', '0',
                        '--warnings', 'batch', '--nodns', 'none', '--severity', 'LOW',
                        '--connect-timeout', '5', '--openssl-timeout', '5', '--add-ca',
                        str(self.pem / 'ca.pem'), '--jsonfile', str(found), *checks,
                        '--ip', '127.0.0.1', f'localhost:{port}'],
                       stdin=subprocess.DEVNULL, capture_output=True, check=False,
                       timeout=TESTSSL_SECONDS)
        return json.loads(found.read_text())


class UpstreamTest(Place):
    def trust(self, leg, more=''):
        return f'[{leg}.tls]\nca = "{self.pem}/ca.pem"\n{more}'

    def test_a_primary_that_wants_certificates_is_served_with_ours(self):
        nginx = self.secure_nginx(
            'nginx', 'server',
            f'ssl_client_certificate {self.pem}/ca.pem; ssl_verify_client on;'
            'keepalive_requests 1;')
        own = f'cert = "{self.pem}/client.pem"\nkey = "{self.pem}/client.key"\n'
        proxy = self.understudy(secure_url(nginx), secure_url(nginx),
                                '[server]\nworkers = 1\n'
                                + self.trust('primary', own) + self.trust('shadow'))
        for _ in range(4):
            self.assertEqual(curl(proxy.url + '/live'), (200, 'hello\n', 0))
        log = proxy.stop_clean(self)

        seen = [line for line in nginx.seen() if 'CN=test client' in line]
        self.assertEqual(len(seen), 4, nginx.seen())
        self.assertNotIn('reused=r', seen[0])
        for line in seen[1:]:
            self.assertIn('reused=r', line)
        # The shadow's settings have no certificate: nginx says 400 to its copies.
        self.assertEqual(log.total('different'), 4)

    def test_large_bodies_pass_through_tls_on_every_leg(self):
        nginx = self.secure_nginx('nginx', 'server')
        content = bytes(i * 7 % 251 for i in range(1 << 16)) * (LARGE_BYTES >> 16)
        (self.root / 'nginx' / 'large').write_bytes(content)
        proxy = self.understudy(secure_url(nginx), secure_url(nginx),
                                self.trust('primary') + self.trust('shadow'),
                                **self.files('server'))
        output = self.root / 'output'
        status, _, code = curl(local(proxy.port, '/large'), *self.ca, '-o', output,
                               '--limit-rate', '40M')
        self.assertEqual((status, code), (200, 0))
        self.assertEqual(hashlib.sha256(output.read_bytes()).digest(),
                         hashlib.sha256(content).digest())
        log = proxy.stop_clean(self)
        self.assertEqual(log.total('same'), 1)

    def test_bad_certificates_are_named_in_answer_log_and_counters(self):
        reasons = {'expired': ('tls_expired', 'has expired'),
                   'foreign': ('tls_unknown_issuer', 'unknown issuer'),
                   'named': ('tls_wrong_name', 'another name')}
        good = self.secure_nginx('good', 'server')
        for name, (reason, words) in reasons.items():
            bad = self.secure_nginx(name, name)
            for leg, urls in (('primary', (bad, good)), ('shadow', (good, bad))):
                with self.subTest(f'{name} {leg}'):
                    self.check_bad(leg, [secure_url(each) for each in urls], reason, words)

    def check_bad(self, leg, urls, reason, words):
        shutil.rmtree(self.root / 'understudy', ignore_errors=True)
        proxy = self.understudy(*urls, self.trust('primary') + self.trust('shadow'))
        status, body, _ = curl(proxy.url)
        log = proxy.stop_clean(self)
        line = [line for line in proxy.messages().splitlines() if words in line]

        self.assertEqual(len(line), 1, proxy.messages())
        self.assertIn(f'{leg} localhost:', line[0])
        self.assertIn(f'({reason})', line[0])
        if leg == 'primary':
            self.assertEqual(status, 502)
            self.assertIn(words, body)
            self.assertEqual(log.failures[f'primary_{reason}'], 1)
        else:
            self.assertEqual((status, body), (200, 'hello\n'))
            failed = [endpoint.shadow_failed for endpoint in log.endpoints.values()]
            self.assertEqual(failed, [{reason: 1}])

    def test_an_answer_until_close_that_is_cut_is_not_passed_on_as_whole(self):
        for is_cut in (False, True):
            with self.subTest(is_cut=is_cut), SecureToy(self.pem, is_cut) as toy:
                shutil.rmtree(self.root / 'understudy', ignore_errors=True)
                proxy = self.understudy(toy.url, toy.url,
                                        self.trust('primary') + self.trust('shadow'))
                _, body, code = curl(proxy.url, '--http1.0')
                log = proxy.stop_clean(self)
                self.assertEqual(body, 'half')
                self.assertEqual(code == 0, not is_cut)
                self.assertEqual(log.failures['truncated'], int(is_cut))

    def test_flags_alone_are_enough(self):
        nginx = self.secure_nginx('nginx', 'expired')
        proxy = understudy.Understudy(self.root / 'understudy', secure_url(nginx), '')
        command = [understudy.program(), 'run', '--listen', f'127.0.0.1:{proxy.port}',
                   '--tls-cert', f'{self.pem}/server.pem', '--tls-key', f'{self.pem}/server.key',
                   '--primary', secure_url(nginx), '-k', '--log', str(proxy.log)]
        proxy.command = lambda: command
        proxy.configuration.unlink()
        self.run_it(proxy)

        self.assertEqual(curl(local(proxy.port), *self.ca), (200, 'hello\n', 0))


if __name__ == '__main__':
    sys.exit(runner.main())
