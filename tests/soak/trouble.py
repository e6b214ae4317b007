"""What goes wrong in a soak: servers that hang, reset or refuse, and new configurations."""

import collections
import random
import signal
import threading

# (at the primary, at the shadow): times to hang, in seconds. Shorter than the waits of the proxy.
HANGS = {'primary': 0.4, 'shadow': 2.5}


class Trouble(threading.Thread):
    """One fault after the other, chosen from a seed, until told to stop."""

    def __init__(self, proxy, servers, configurations, seed):
        super().__init__(daemon=True)
        self.proxy = proxy
        self.servers = servers  # by name
        self.configurations = configurations
        self.dice = random.Random(seed)
        self.stopping = threading.Event()
        self.made = collections.Counter()

    def run(self):
        while not self.stopping.wait(self.dice.uniform(0.1, 1.2)):
            name = self.dice.choice(['primary', 'shadow', 'shadow'])
            act = self.dice.choice([self.hang, self.reset, self.refuse, self.reload, self.reload])
            act(name)

    def stop(self):
        self.stopping.set()
        self.join()

    def hang(self, name):
        child = self.servers[name].child
        child.send_signal(signal.SIGSTOP)
        try:
            self.stopping.wait(self.dice.uniform(0.05, HANGS[name]))
        finally:
            child.send_signal(signal.SIGCONT)
        self.made[f'{name} hangs'] += 1

    def reset(self, name):
        self.servers[name].child.send_signal(signal.SIGUSR1)
        self.made[f'{name} resets'] += 1

    def refuse(self, name):
        """New connections only; so the old ones go, too."""
        self.servers[name].child.send_signal(signal.SIGUSR2)
        self.servers[name].child.send_signal(signal.SIGUSR1)
        self.made[f'{name} refuses'] += 1

    def reload(self, _):
        self.proxy.configuration.write_text(self.dice.choice(self.configurations))
        self.proxy.child.send_signal(signal.SIGHUP)
        self.made['reload'] += 1
