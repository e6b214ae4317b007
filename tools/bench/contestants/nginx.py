"""nginx as a reverse proxy, and with the module that mirrors.

A mirrored request of 1.22 has a connection of its own to the shadow, whatever `keepalive` says, and
the client's next request waits until it is over. Time-outs of 100 ms bound that wait.
"""

import os

from contestant import Contestant
from process import find_program

CONFIGURATION = '''
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_max_body_size 0;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_max_temp_file_size 0;
  upstream primary {{
    server 127.0.0.1:{primary};
    keepalive {clients};
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://primary;
      {mirrors}
    }}
    {locations}
  }}
}}
'''
LOCATION = '''
    location = /mirror-{number} {{
      internal;
      proxy_pass http://127.0.0.1:{shadow}$request_uri;
      {timeouts}
    }}
'''


class Nginx(Contestant):
    name = 'nginx'
    needs = 'nginx'
    plays = ('cost', 'scale', 'memory')
    timeouts = ''

    def configuration(self, place):
        numbered = list(enumerate(place.shadows))
        locations = [LOCATION.format(number=number, shadow=shadow, timeouts=self.timeouts)
                     for number, shadow in numbered]
        return CONFIGURATION.format(
            folder=place.folder, port=place.port, primary=place.primary,
            user='user root;' if os.getuid() == 0 else '',  # who may enter our folder
            clients=place.connections, connections=(place.connections + 128) * 4,
            mirrors=' '.join(f'mirror /mirror-{number};' for number, _ in numbered),
            locations=''.join(locations))

    def command(self, place):
        file = place.folder / 'nginx.conf'
        file.write_text(self.configuration(place))
        return [find_program('nginx'), '-p', str(place.folder), '-c', str(file),
                '-e', str(place.folder / 'error.log')]


class NginxMirror(Nginx):
    name = 'nginx+mirror'
    plays = ('cost', 'isolation', 'scale', 'shadows')
    has_shadow = True
    floor = 'relay+copy'


class NginxMirrorImpatient(NginxMirror):
    name = 'nginx+mirror-100ms'
    plays = ('isolation',)
    timeouts = ('proxy_connect_timeout 100ms; proxy_send_timeout 100ms; '
                'proxy_read_timeout 100ms;')


CONTESTANTS = [Nginx(), NginxMirror(), NginxMirrorImpatient()]
