"""Real peers for TLS and the PROXY protocol: nginx, HAProxy, openssl and curl, on loopback."""

import pathlib
import subprocess

from process import Process, find_program

MAKE_CERTIFICATES = pathlib.Path(__file__).resolve().parents[1] / 'support' / 'make_certificates'

NGINX = '''
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  log_format tls '$request_uri $ssl_protocol reused=$ssl_session_reused client=$ssl_client_s_dn';
  access_log {folder}/access.log tls;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} {how};
    {more}
    location / {{
      default_type text/plain;
      return 200 "{says}\\n";
    }}
    location /large {{ alias {folder}/large; }}
  }}
}}
'''

HAPROXY = '''
global
  log stderr format raw local0 warning
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend in
  bind 127.0.0.1:{port} {bind}
  default_backend out
backend out
  {backend}
'''


class Nginx(Process):
    """Answers every request with `says`, where nginx puts in its variables."""

    def __init__(self, folder, how='', more='', says='hello'):
        super().__init__(folder)
        self.configuration = self.folder / 'nginx.conf'
        self.configuration.write_text(
            NGINX.format(folder=self.folder, port=self.port, how=how, more=more, says=says))

    def command(self):
        return [find_program('nginx'), '-p', str(self.folder), '-c', str(self.configuration),
                '-e', str(self.folder / 'error.log')]

    def seen(self):
        """The lines of the access log."""
        return (self.folder / 'access.log').read_text().splitlines()


class HAProxy(Process):
    def __init__(self, folder, backend, bind=''):
        super().__init__(folder)
        self.configuration = self.folder / 'haproxy.cfg'
        self.configuration.write_text(
            HAPROXY.format(port=self.port, bind=bind, backend=backend))

    def command(self):
        return [find_program('haproxy'), '-db', '-f', str(self.configuration)]


def make_certificates(folder):
    folder.mkdir()
    folder.chmod(0o755)
    subprocess.run([MAKE_CERTIFICATES, folder], check=True, stdin=subprocess.DEVNULL)
    for key in folder.glob('*.key'):
        key.chmod(0o644)  # nginx's workers are other users when root starts them
    return folder


def curl(url, *arguments):
    """(status, body, exit code of curl)."""
    command = [find_program('curl'), '-sS', '--max-time', '20', '-w', '%{stderr}%{http_code}',
               *map(str, arguments), url]
    run = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return int(run.stderr[-3:] or b'0'), run.stdout.decode(errors='replace'), run.returncode


def s_client(port, *arguments, say=''):
    """What openssl tells about one connection."""
    command = [find_program('openssl'), 's_client', '-connect', f'127.0.0.1:{port}',
               *map(str, arguments)]
    run = subprocess.run(command, input=say, capture_output=True, text=True, check=False,
                         timeout=20)
    return run.stdout + run.stderr
