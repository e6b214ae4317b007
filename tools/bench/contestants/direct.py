"""No proxy: what the servers, the network and the load cost alone. It has no processor time."""

from contestant import Contestant


class Direct(Contestant):
    name = 'direct'
    is_proxy = False


CONTESTANTS = [Direct()]
