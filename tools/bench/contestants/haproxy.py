"""HAProxy as a reverse proxy on one thread, and with copies sent by a few lines of Lua.

HAProxy itself hands mirroring to an agent (SPOE), and Debian has no package of one that mirrors.
Its Lua can send requests, in tasks that the client does not wait for; nothing bounds their number.
"""

from contestant import Contestant
from process import find_program

CONFIGURATION = '''
global
  nbthread 1
  {load}
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 60s
  http-reuse always
frontend clients
  bind 127.0.0.1:{port}
  {mirror}
  default_backend primary
backend primary
  server primary 127.0.0.1:{primary}
'''
SCRIPT = '''
core.register_action("mirror", {{"http-req"}}, function(txn)
  local method, body = txn.f:method(), txn.f:req_body()
  local request = {{url = "http://127.0.0.1:{shadow}" .. txn.f:path(), timeout = 5000,
                   headers = {{host = {{"bench"}}, ["content-type"] = {{"application/json"}}}}}}
  core.register_task(function()
    local client = core.httpclient()
    if method == "GET" then
      client:get(request)
    else
      request.body = body
      request.headers["content-length"] = {{tostring(#body)}}
      client:post(request)
    end
  end)
end, 0)
'''


class Haproxy(Contestant):
    name = 'haproxy'
    needs = 'haproxy'
    plays = ('cost', 'memory')

    def mirror(self, place):
        """What loads the script, and what calls it."""
        del place
        return '', ''

    def command(self, place):
        load, mirror = self.mirror(place)
        file = place.folder / 'haproxy.cfg'
        file.write_text(CONFIGURATION.format(port=place.port, primary=place.primary, load=load,
                                             mirror=mirror))
        return [find_program('haproxy'), '-db', '-f', str(file)]


class HaproxyLua(Haproxy):
    name = 'haproxy+lua'
    plays = ('cost', 'isolation')
    has_shadow = True
    floor = 'relay+copy'

    def mirror(self, place):
        if not place.shadows:
            return super().mirror(place)
        script = place.folder / 'mirror.lua'
        script.write_text(SCRIPT.format(shadow=place.shadows[0]))
        return f'lua-load {script}', 'option http-buffer-request\n  http-request lua.mirror'


CONTESTANTS = [Haproxy(), HaproxyLua()]
