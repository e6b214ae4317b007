"""Runs the flow tests and validates every record that they wrote against the published schema."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

program, validator, schema = sys.argv[1:4]


def main() -> int:
    with tempfile.TemporaryDirectory() as logs:
        environment = dict(os.environ, UNDERSTUDY_FLOW_LOGS=logs)
        flow = subprocess.run([program, *sys.argv[4:]], env=environment, check=False)
        directories = sorted(str(path) for path in Path(logs).iterdir())
        if not directories:
            print("the flow tests wrote no log\n0 passed, 1 failed")
            return 1
        codes = [flow.returncode]
        for directory in directories:
            command = [sys.executable, validator, schema, directory]
            codes.append(subprocess.run(command, check=False).returncode)
        return 0 if not any(codes) else 1


sys.exit(main())
