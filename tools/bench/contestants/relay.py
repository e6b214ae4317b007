"""The floor: relay.cc passes bytes on and understands none of them."""

from contestant import Contestant


class Relay(Contestant):
    name = 'relay'
    plays = ('cost', 'scale', 'memory')

    def command(self, place):
        shadow = [f'--shadow=127.0.0.1:{port}' for port in place.shadows]
        words = [word for text in shadow for word in text.split('=')]
        return [str(place.build / 'tools/bench/relay'), '--port', str(place.port),
                '--primary', f'127.0.0.1:{place.primary}', *words]


class RelayWithCopy(Relay):
    name = 'relay+copy'
    plays = ('cost', 'scale')
    has_shadow = True
    floor = 'relay+copy'


CONTESTANTS = [Relay(), RelayWithCopy()]
