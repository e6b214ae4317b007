"""The ledger's processes and the proxy between them, for the ledger's test and for the soak."""

import os
import pathlib
import subprocess

from understudy import Log

STOP_SECONDS = 60


def program():
    """The ledger; Meson, or the soak, names it."""
    return os.environ['LEDGER']


class Server:
    """A primary or a shadow with its book."""

    def __init__(self, folder, side, seed):
        self.book = pathlib.Path(folder) / f'{side}.book'
        command = [program(), 'serve', f'side={side}', f'seed={seed}', f'book={self.book}']
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      text=True)
        self.url = f'http://127.0.0.1:{int(self.child.stdout.readline())}'

    def stop(self):
        """Ends it; returns how many requests without a number it saw."""
        self.child.terminate()
        said, _ = self.child.communicate(timeout=STOP_SECONDS)
        if self.child.returncode != 0:
            raise RuntimeError(f'{self.book.name}: the server ended with {self.child.returncode}')
        return int(said)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()


def counters(log):
    """What the windows say, as the checker reads it."""
    lines = {'requests': log.requests, 'received': log.received, 'mirrored': log.mirrored}
    lines |= {name: log.total(name) for name in ('same', 'different', 'noise')}
    groups = {'failures': log.failures, 'not_mirrored': log.not_mirrored}
    for endpoint in log.endpoints.values():
        for name in ('tainted', 'shadow_failed', 'not_compared'):
            groups.setdefault(name, type(log.failures)()).update(getattr(endpoint, name))
    for group, counts in groups.items():
        lines |= {f'{group}:{reason}': count for reason, count in counts.items()}
    return lines


def load(port, seed, first, last, book, timeout):
    """Sends the requests first..last; their entries go to `book`."""
    subprocess.run([program(), 'load', f'port={port}', f'seed={seed}', f'first={first}',
                    f'last={last}', f'book={book}'], check=True, timeout=timeout)


def check(folder, seed, last, log_path, *more):
    """Compares the three books and the log; returns (is_right, what the checker says)."""
    folder = pathlib.Path(folder)
    counts = counters(Log(log_path))
    (folder / 'counters').write_text(''.join(f'{name} {n}\n' for name, n in counts.items()))
    files = [f'{name}={folder / name}.book' for name in ('client', 'primary', 'shadow')]
    run = subprocess.run([program(), 'check', f'seed={seed}', f'last={last}', *more,
                          f'counters={folder / "counters"}', *files],
                         capture_output=True, text=True, check=False)
    said = run.stdout + run.stderr + ', '.join(f'{name} {n}' for name, n in counts.items() if n)
    return run.returncode == 0, said
