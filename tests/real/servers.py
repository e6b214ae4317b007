"""nginx and Apache as the tests want them: on loopback, configured here, in a folder of their own.

Both are set up so that equal files give equal answers. What cannot be made equal by their
configuration is named in UNEQUAL_HEADERS.
"""

import os

from process import Process, find_program

# The servers name themselves and the moment; how a connection goes on is between neighbours; and
# nginx leaves Accept-Ranges out of 206, 304 and compressed answers, Apache never does.
UNEQUAL_HEADERS = ['Date', 'Server', 'Connection', 'Keep-Alive', 'Transfer-Encoding',
                   'Accept-Ranges']

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
  gzip_proxied any;
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
        for folder in ('/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'):
            if os.path.isdir(folder):
                files = {name: f'{folder}/mod_{name}.so' for name in MODULES}
                return '\n'.join(f'LoadModule {name}_module {file}'
                                 for name, file in files.items() if os.path.exists(file))
        raise FileNotFoundError('Apache has no folder of modules')

    @staticmethod
    def user():
        """Apache refuses to serve as root."""
        return 'User nobody\nGroup nogroup\n' if os.getuid() == 0 else ''

    def command(self):
        return [find_program('apache2', 'httpd'), '-f', str(self.configuration), '-DFOREGROUND']
