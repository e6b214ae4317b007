"""Packages of npm that tests use."""

import subprocess

from process import find_program

SECONDS = 120


def install(folder):
    """What the lock file of that folder says, once: npm writes this file last."""
    mark = folder / 'node_modules' / '.package-lock.json'
    lock = folder / 'package-lock.json'
    if mark.exists() and mark.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [find_program('npm'), 'ci', '--no-audit', '--no-fund', '--ignore-scripts']
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
    mark.touch()
