"""nginx and Apache as the tests want them: on loopback, with their own configuration, in one folder.

Both are set up so that equal files give equal answers. What cannot be made equal by their
configuration is named in UNEQUAL_HEADERS.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

# The servers name themselves and the moment; how a connection goes on is between neighbours; and
# nginx leaves Accept-Ranges out of 206, 304 and compressed answers, Apache never does.
UNEQUAL_HEADERS = ['Date', 'Server', 'Connection', 'Keep-Alive', 'Transfer-Encoding',
                   'Accept-Ranges']
START_SECONDS = 20
STOP_SECONDS = 20

TYPES = {
    'text/html': 'html', 'text/css': 'css', 'text/plain': 'txt', 'text/javascript': 'js',
    'application/json': 'json', 'image/png': 'png', 'application/octet-stream': 'bin',
}
COMPRESSED = 'application/json text/html'

NGINX = '''
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ {types} }}
  default_type application/octet-stream;
  etag off;
  gzip on;
  gzip_types application/json;
  gzip_min_length 100;
  gzip_vary on;
  keepalive_requests 1000000;
  client_max_body_size 0;
  server {{
    listen 127.0.0.1:{port};
    root {root};
    index index.html;
    error_page 404 /errors/404.txt;
    error_page 405 /errors/405.txt;
  }}
}}
'''

APACHE = '''
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel warn
{modules}
TypesConfig {folder}/mime.types
DocumentRoot {root}
DirectoryIndex index.html
DirectorySlash Off
FileETag None
KeepAlive On
MaxKeepAliveRequests 0
Timeout 20
StartServers 1
ThreadsPerChild 64
MaxRequestWorkers 256
ServerLimit 4
LogFormat "%r %>s" short
CustomLog {folder}/access.log short
AddOutputFilterByType DEFLATE {compressed}
ErrorDocument 404 /errors/404.txt
ErrorDocument 405 /errors/405.txt
<Directory {root}>
  Require all granted
  AllowMethods GET HEAD
</Directory>
<Directory {root}/errors>
  Header unset Last-Modified
</Directory>
'''
MODULES = ['mpm_event', 'authz_core', 'dir', 'mime', 'filter', 'deflate', 'headers', 'allowmethods',
           'unixd', 'log_config']


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(('127.0.0.1', port)) == 0


def find_program(*names):
    """The first of these programs that exists; servers often live where users do not look."""
    path = os.environ.get('PATH', '') + ':/usr/local/sbin:/usr/sbin:/sbin'
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise FileNotFoundError(f'none of {", ".join(names)} is installed; tools/setup test installs it')


class Process:
    """One server process that listens on one port of loopback."""

    stop_signal = signal.SIGTERM

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.child = None

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self.folder / 'stderr', 'ab') as stderr, open(self.folder / 'stdout', 'ab') as stdout:
            self.child = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=stdout,
                                          stderr=stderr, cwd=self.folder)
        deadline = time.monotonic() + START_SECONDS
        while not accepts(self.port):
            if self.child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f'{self.command()[0]} does not listen: {self.messages()}')
            time.sleep(0.01)
        return self

    def stop(self):
        """Asks it to end, insists after a while; returns its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
        try:
            return self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()

    def messages(self):
        texts = [self.folder / name for name in ('stderr', 'error.log')]
        return '\n'.join(path.read_text(errors='replace') for path in texts if path.exists())

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Nginx(Process):
    def __init__(self, folder, root):
        super().__init__(folder)
        types = ' '.join(f'{name} {ending};' for name, ending in TYPES.items())
        self.configuration = self.folder / 'nginx.conf'
        self.configuration.write_text(
            NGINX.format(folder=self.folder, port=self.port, root=root, types=types))
        self.access_log = self.folder / 'access.log'

    def command(self):
        return [find_program('nginx'), '-p', str(self.folder), '-c', str(self.configuration),
                '-e', str(self.folder / 'error.log')]


class Apache(Process):
    def __init__(self, folder, root):
        super().__init__(folder)
        lines = [f'{name} {ending}\n' for name, ending in TYPES.items()]
        (self.folder / 'mime.types').write_text(''.join(lines))
        self.configuration = self.folder / 'httpd.conf'
        self.configuration.write_text(
            APACHE.format(folder=self.folder, port=self.port, root=root, compressed=COMPRESSED,
                          modules=self.modules()) + self.user())
        self.access_log = self.folder / 'access.log'

    @staticmethod
    def modules():
        """LoadModule lines for what is not built in."""
        for folder in ('/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/etc/httpd/modules'):
            if os.path.isdir(folder):
                return '\n'.join(f'LoadModule {name}_module {folder}/mod_{name}.so' for name in MODULES
                                 if os.path.exists(f'{folder}/mod_{name}.so'))
        raise FileNotFoundError('Apache has no folder of modules')

    @staticmethod
    def user():
        """Apache refuses to serve as root."""
        return 'User nobody\nGroup nogroup\n' if os.getuid() == 0 else ''

    def command(self):
        return [find_program('apache2', 'httpd'), '-f', str(self.configuration), '-DFOREGROUND']
