"""Real traffic: curl and wrk through understudy, nginx as the primary, Apache as the shadow.

Both serve the same tree of real files but for the differences of files.planted(). The report must
name each of them, nothing else, and account for every request.
"""

import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import files  # noqa: E402
import runner  # noqa: E402
import understudy  # noqa: E402
from process import find_program  # noqa: E402
from servers import UNEQUAL_HEADERS, Apache, Nginx  # noqa: E402

WRK_SECONDS = 2
WRK_CONNECTIONS = 32
MODIFIED = 'Fri, 17 May 2024 12:00:00 GMT'

# Every answer of these carries a body that is the file.
WHOLE = ((), ('--http1.0',), ('-H', 'If-None-Match: "other"'),
         ('-H', 'X-Custom: a, b', '-H', 'x-custom: c'))
COMPRESSED = ('--compressed',)
# These are answered without a body, or with a part of the file.
CONDITIONAL = (('-H', 'If-None-Match: *'), ('-H', f'If-Modified-Since: {MODIFIED}'))
RANGES = ('bytes=3-20', 'bytes=-7', 'bytes=10-')


class Answer:
    """What curl brought back."""

    def __init__(self, status, body):
        self.status = status
        self.body = body


def curl(url, *arguments):
    """One request by curl in a process of its own. The head of an answer to HEAD is thrown away."""
    output = '/dev/null' if '-I' in arguments else '-'
    command = [find_program('curl'), '-sS', '--max-time', '60', '-o', output,
               '-w', '%{stderr}%{http_code}', *arguments, url]
    run = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if run.returncode != 0:
        raise AssertionError(f'{" ".join(command)}: {run.stderr.decode()}')
    return Answer(int(run.stderr[-3:]), run.stdout)


def wrk(url):
    """The number of requests that wrk saw answered."""
    command = [find_program('wrk'), '-t', '2', '-c', str(WRK_CONNECTIONS),
               '-d', f'{WRK_SECONDS}s', url]
    run = subprocess.run(command, capture_output=True, text=True, check=True,
                         stdin=subprocess.DEVNULL)
    if re.search(r'Socket errors|Non-2xx', run.stdout):
        raise AssertionError(run.stdout)
    return int(re.search(r'(\d+) requests in', run.stdout).group(1))


def is_text(path):
    return path.endswith(('.json', '.html'))


def expected_findings():
    """Endpoint -> {(place, kind)} of all that was planted."""
    return {f'GET /{path}': sides[2] for path, sides in files.planted().items()}


class Theatre:
    """nginx, Apache and understudy between them, in one folder."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='understudy-real-')
        root = pathlib.Path(self.folder.name)
        root.chmod(0o755)  # the servers' workers are other users when root starts them
        self.files = files.build(root / 'primary-files', root / 'shadow-files')
        self.nginx = Nginx(root / 'nginx', root / 'primary-files')
        self.apache = Apache(root / 'apache', root / 'shadow-files')
        headers = json.dumps(UNEQUAL_HEADERS)
        # Its documents are all of one form, and each has a difference of its own.
        self.understudy = understudy.Understudy(
            root / 'understudy', self.nginx.url, self.apache.url,
            f'shadow.timeout = "30s"\ndiff.ignore_headers = {headers}\n'
            'diff.learn_endpoints = false\n')

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for part in self.folder, self.nginx, self.apache, self.understudy:
                stack.enter_context(part)
            self.ends = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.ends.close()

    def url(self, path):
        return f'{self.understudy.url}/{urllib.parse.quote(path)}'

    def requests_at(self, server, expected):
        """Lines in a server's access log, once it has written as many as expected."""
        deadline = time.monotonic() + 5
        while True:
            lines = server.access_log.read_bytes().count(b'\n')
            if lines >= expected or time.monotonic() > deadline:
                return lines
            time.sleep(0.05)


class CurlTest(unittest.TestCase):
    """Each kind of request over the whole tree; then the report, once."""

    maxDiff = None

    def test_everything_planted_is_found_and_nothing_else(self):
        with Theatre() as theatre:
            self.theatre = theatre
            self.sent = 0
            for path in files.equal_files():
                if not path.startswith('errors/'):  # served in place of other pages
                    self.fetch_equal(path)
            for path in files.planted():
                self.fetch_whole(path)
            self.refused_methods()
            self.missing_page()
            self.keep_alive()

            log = theatre.understudy.stop_clean(self)

            self.check_counts(log)
            self.check_findings(log)
            self.check_report()

    def fetch(self, path, *arguments):
        self.sent += 1
        return curl(self.theatre.url(path), *arguments)

    def fetch_whole(self, path):
        for arguments in WHOLE + ((COMPRESSED,) if is_text(path) else ()):
            answer = self.fetch(path, *arguments)
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.body == self.theatre.files[path], f'{path} {arguments}')

    def fetch_equal(self, path):
        self.fetch_whole(path)
        data = self.theatre.files[path]
        for arguments in CONDITIONAL:
            answer = self.fetch(path, *arguments)
            self.assertEqual((answer.status, answer.body), (304, b''))
        if len(data) < 30:
            return
        answer = self.fetch(path, '-I')
        self.assertEqual((answer.status, answer.body), (200, b''))
        for header, part in zip(RANGES, (data[3:21], data[-7:], data[10:])):
            answer = self.fetch(path, '-H', f'Range: {header}')
            self.assertEqual(answer.status, 206)
            self.assertTrue(answer.body == part, f'{path} {header}')

    def refused_methods(self):
        page = files.equal_files()['errors/405.txt']
        for arguments in (('-d', 'a=1'), ('-X', 'DELETE'), ('-X', 'OPTIONS'),
                          ('-H', 'Transfer-Encoding: chunked', '-d', 'x' * 5000)):
            answer = self.fetch('text/words.txt', *arguments)
            self.assertEqual((answer.status, answer.body), (405, page))

    def missing_page(self):
        answer = self.fetch('text/nowhere.txt')
        self.assertEqual((answer.status, answer.body), (404, files.equal_files()['errors/404.txt']))

    def keep_alive(self):
        """Many files over one connection."""
        paths = ['index.html', 'images/logo.png', 'text/empty.txt', 'files/large.bin']
        command = [find_program('curl'), '-sS', '-w', '%{stderr}%{num_connects}']
        for path in paths:
            command += ['-o', '/dev/null', self.theatre.url(path)]
        run = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
        self.sent += len(paths)
        self.assertEqual(run.stderr, b'1000')

    def check_counts(self, log):
        """What curl sent, what nginx saw, what Apache saw, and what was counted are one number."""
        self.assertEqual(log.requests, self.sent)
        self.assertEqual(log.received, self.sent)
        self.assertEqual(log.mirrored, self.sent, log.not_mirrored)
        self.assertEqual(log.failures, {})
        self.assertEqual(self.theatre.requests_at(self.theatre.nginx, self.sent), self.sent)
        self.assertEqual(self.theatre.requests_at(self.theatre.apache, self.sent), self.sent)
        for outcome in 'noise', 'shadow_failed', 'not_compared':
            for name, endpoint in log.endpoints.items():
                self.assertFalse(getattr(endpoint, outcome), f'{name}: {outcome}')

    def check_findings(self, log):
        planted = expected_findings()
        found = {name: set(endpoint.places) for name, endpoint in log.endpoints.items()
                 if endpoint.different}
        self.assertEqual(found, planted)
        for name in planted:
            self.assertEqual(log.endpoints[name].same, 0, name)

    def check_report(self):
        """The report tells the same story as the log that it read."""
        log = self.theatre.understudy.log
        run = understudy.call('report', '--json', log)
        self.assertEqual(run.returncode, 1, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual(report['verdict']['answer'], 'fail')
        self.assertEqual(report['live'], {'requests': self.sent, 'failures': {}})
        shadow = report['shadows'][0]
        counts = [shadow[name] for name in ('received', 'mirrored', 'compared')]
        self.assertEqual(counts, [self.sent] * 3)
        self.assertEqual((shadow['unaccounted_received'], shadow['unaccounted_mirrored']), (0, 0))
        found = {entry['endpoint']: {(place['place'], place['kind']) for place in entry['places']}
                 for entry in report['endpoints'] if entry['different']}
        self.assertEqual(found, expected_findings())
        text = understudy.call('report', log)
        for path in files.planted():
            self.assertIn(f'/{path}', text.stdout)


class WrkTest(unittest.TestCase):
    """Many requests at once: the live path stays whole and the accounts stay in order."""

    def test_a_flood_is_accounted_for(self):
        with Theatre() as theatre:
            answered = wrk(theatre.url('text/words.txt')) + wrk(theatre.url('api/price.json'))

            log = theatre.understudy.stop_clean(self)

            # What was under way when wrk ended was sent, but nobody waited for it.
            self.assertGreaterEqual(log.received, answered)
            self.assertLessEqual(log.received, answered + 2 * WRK_CONNECTIONS)
            seen = theatre.requests_at(theatre.nginx, log.received)
            self.assertLessEqual(abs(log.received - seen), 2 * WRK_CONNECTIONS)
            self.assertGreater(log.mirrored, 0)
            self.check_endpoints(log)

    def check_endpoints(self, log):
        equal = log.endpoints['GET /text/words.txt']
        different = log.endpoints['GET /api/price.json']
        self.assertGreater(equal.same, 0)
        self.assertEqual(equal.different, 0)
        self.assertGreater(different.different, 0)
        self.assertEqual(different.same, 0)
        self.assertEqual(set(different.places), {('/price', 'value')})
        self.assertEqual(different.places['/price', 'value'], different.different)


if __name__ == '__main__':
    sys.exit(runner.main())
