"""The PROXY protocol with real peers: HAProxy in front; nginx and HAProxy behind."""

import pathlib
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402
from peers import HAProxy, Nginx, curl  # noqa: E402

CLIENT = '127.0.0.42'  # a client's own address, to be told from everybody else's
TOLD = 'proxy=$proxy_protocol_addr forwarded=$http_x_forwarded_for'


class ProxyProtocolTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix='understudy-proxy-')
        self.addCleanup(place.cleanup)
        self.root = pathlib.Path(place.name)
        self.root.chmod(0o755)

    def run_it(self, process):
        self.addCleanup(process.stop)
        return process.start()

    def understudy(self, primary, out):
        settings = (f'primary.proxy_protocol = "{out}"\n'
                    'listen.proxy_protocol = "require"\n'
                    'server.trusted_proxies = ["127.0.0.1"]\n')
        return self.run_it(understudy.Understudy(self.root / f'understudy-{out}', primary,
                                                 primary, settings))

    def test_the_client_of_a_balancer_in_front_is_told_to_nginx_behind(self):
        nginx = self.run_it(Nginx(self.root / 'nginx', 'proxy_protocol', says=TOLD))
        for sends, out in (('send-proxy', 'v2'), ('send-proxy-v2', 'v1')):
            with self.subTest(sends):
                proxy = self.understudy(nginx.url, out)
                balancer = self.run_it(HAProxy(
                    self.root / sends, f'server s 127.0.0.1:{proxy.port} {sends}'))
                for _ in range(3):
                    self.assertEqual(curl(balancer.url, '--interface', CLIENT),
                                     (200, f'proxy={CLIENT} forwarded={CLIENT}\n', 0))
                # Nobody comes in without saying for whom.
                self.assertEqual(curl(proxy.url)[0], 0)
                log = proxy.stop_clean(self)
                self.assertEqual(log.failures['client_proxy'], 1)
                self.assertEqual(log.requests, 3)

    def test_haproxy_behind_takes_what_we_send(self):
        nginx = self.run_it(Nginx(self.root / 'nginx', says='$http_x_seen'))
        for out in ('v1', 'v2'):
            with self.subTest(out):
                behind = self.run_it(HAProxy(
                    self.root / f'behind-{out}',
                    f'http-request set-header X-Seen %[src]\n  '
                    f'server s 127.0.0.1:{nginx.port}', 'accept-proxy'))
                settings = f'primary.proxy_protocol = "{out}"\nshadow.proxy_protocol = "{out}"\n'
                proxy = self.run_it(understudy.Understudy(self.root / f'plain-{out}', behind.url,
                                                          behind.url, settings))
                self.assertEqual(curl(proxy.url, '--interface', CLIENT), (200, f'{CLIENT}\n', 0))
                log = proxy.stop_clean(self)
                self.assertEqual(log.total('same'), 1)


if __name__ == '__main__':
    sys.exit(runner.main())
