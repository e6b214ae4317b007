"""`understudy selftest`, and the same measure taken of a proxy that does wait for its shadow."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'support'))

import runner  # noqa: E402
import understudy  # noqa: E402
from process import Process, find_program, free_port  # noqa: E402
from toy import Silent  # noqa: E402

# nginx in front of itself, without and with a mirror.
NGINX = '''
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{backend}; location / {{ return 200 "live"; }} }}
  server {{
    listen 127.0.0.1:{plain};
    location / {{ proxy_pass http://127.0.0.1:{backend}; }}
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ mirror /copy; proxy_pass http://127.0.0.1:{backend}; }}
    location = /copy {{ internal; proxy_pass http://{shadow}$request_uri; }}
  }}
}}
'''


class MirroringNginx(Process):
    def __init__(self, folder, shadow):
        super().__init__(folder)
        self.plain = free_port()
        self.configuration = self.folder / 'nginx.conf'
        self.configuration.write_text(NGINX.format(
            folder=self.folder, port=self.port, plain=self.plain, backend=free_port(),
            shadow=shadow.removeprefix('http://')))

    def command(self):
        return [find_program('nginx'), '-p', str(self.folder), '-c', str(self.configuration),
                '-e', str(self.folder / 'error.log')]


class MeasureTest(unittest.TestCase):
    def measure(self, pick):
        """Exit code and words of the measure, of nginx beside a shadow that never answers."""
        with tempfile.TemporaryDirectory(prefix='understudy-selftest-') as folder, \
                Silent() as shadow:
            os.chmod(folder, 0o755)
            with MirroringNginx(pathlib.Path(folder) / 'nginx', shadow.url) as nginx:
                run = subprocess.run(
                    [os.environ['VICTIM'], f'127.0.0.1:{nginx.plain}', pick(nginx)],
                    capture_output=True, text=True, check=False, timeout=60)
        return run.returncode, run.stdout + run.stderr

    def test_a_proxy_that_waits_for_its_shadow_fails(self):
        code, words = self.measure(lambda nginx: f'127.0.0.1:{nginx.port}')

        self.assertEqual(code, 1, words)

    def test_the_same_proxy_without_a_shadow_passes(self):
        code, words = self.measure(lambda nginx: f'127.0.0.1:{nginx.plain}')

        self.assertEqual(code, 0, words)


class SelftestTest(unittest.TestCase):
    def test_it_shows_every_kind_of_shadow_and_passes(self):
        run = understudy.call('selftest', '--seconds', '3', '--rate', '300', '--json')

        # 3: the machine was too busy to tell; but it never fails.
        self.assertIn(run.returncode, (0, 3), run.stdout + run.stderr)
        result = json.loads(run.stdout)
        self.assertEqual(result['schema_version'], 1)
        self.assertTrue(result['passed'] or result['inconclusive'])
        self.assertEqual([row['name'] for row in result['shadows']],
                         ['(none)', 'healthy', 'hung', 'refusing', 'slow', 'trickling',
                          'resetting', 'flooding', 'deaf', 'garbage'])
        for row in result['shadows']:
            self.assertEqual((row['failed'], row['changed']), (0, 0), row)
            self.assertLessEqual(row['p50_us'], row['p999_us'])

    def test_its_table_fits_a_narrow_and_a_wide_terminal(self):
        for width, has_descriptions in ((80, False), (140, True)):
            run = understudy.call('selftest', '--seconds', '1', '--rate', '300', '--width', width)

            self.assertIn(run.returncode, (0, 1, 3), run.stderr)
            self.assertLessEqual(max(map(len, run.stdout.splitlines())), width)
            self.assertEqual('never reads' in run.stdout, has_descriptions)
            self.assertEqual(run.stderr, '')


if __name__ == '__main__':
    sys.exit(runner.main())
