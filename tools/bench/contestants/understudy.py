"""understudy: one live loop, one backstage loop.

Where processor time is measured the backstage has the priority of the live path, so that copies are
made and compared and not shed. `understudy+nice` has the priority of the defaults.
"""

import json
import subprocess

from contestant import Contestant

CONFIGURATION = '''
listen.address = "127.0.0.1:{port}"
primary.url = "http://127.0.0.1:{primary}"
log.path = "{folder}/log"
{tls}
[server]
workers = 1
backstage = 1
drain_timeout = "1s"
{nice}
'''
SHADOW = '''
[[shadow]]
name = "shadow-{number}"
url = "http://127.0.0.1:{port}"
{room}
'''


# Nothing is to be shed where its cost is measured: 64 answers of 1 MiB alone are the default's.
ROOM = 'max_memory = "1GiB"'


class Understudy(Contestant):
    name = 'understudy'
    plays = ('cost', 'scale', 'memory')
    nice = 'backstage_nice = 0'
    room = ROOM

    def tls(self, place):
        del place
        return ''

    def command(self, place):
        file = place.folder / 'understudy.toml'
        shadows = ''.join(SHADOW.format(number=number, port=port, room=self.room)
                          for number, port in enumerate(place.shadows))
        file.write_text(CONFIGURATION.format(port=place.port, primary=place.primary,
                                             folder=place.folder, tls=self.tls(place),
                                             nice=self.nice) + shadows)
        return [str(place.build / 'src/cli/understudy'), 'run', '-c', str(file)]

    def shares(self, place):
        if not place.shadows:
            return {}
        report = [place.build / 'src/cli/understudy', 'report', '--json', place.folder / 'log']
        # Its exit code is the verdict, which is none of our business.
        shown = subprocess.run(report, text=True, capture_output=True, check=False,
                               stdin=subprocess.DEVNULL)
        shadows = json.loads(shown.stdout)['shadows']
        received = sum(shadow['received'] for shadow in shadows) or 1
        return {'mirrored': sum(shadow['mirrored'] for shadow in shadows) / received,
                'compared': sum(shadow['compared'] for shadow in shadows) / received}


class WithShadow(Understudy):
    name = 'understudy+shadow'
    plays = ('cost', 'scale', 'shadows')
    has_shadow = True
    floor = 'relay+copy'


class WithNoise(WithShadow):
    name = 'understudy+noise'
    plays = ('cost',)
    is_noisy = True


class AsByDefault(WithShadow):
    name = 'understudy+nice'
    plays = ('cost', 'isolation')
    nice = room = ''


class WithTls(Understudy):
    name = 'understudy+tls'
    plays = ('cost',)
    scheme = 'https'
    needs = 'openssl'

    def tls(self, place):
        cert, key = place.folder / 'cert.pem', place.folder / 'key.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                        'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
                        '/CN=localhost', '-keyout', key, '-out', cert],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return f'listen.tls = {{ cert = "{cert}", key = "{key}" }}'


CONTESTANTS = [Understudy(), WithShadow(), WithNoise(), AsByDefault(), WithTls()]
