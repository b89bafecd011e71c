"""The SIP engine on its own: nothing that leaves the bridge is called again."""

import os
import subprocess
import sys
from pathlib import Path

# Freed memory is overwritten, so that a use of it cannot go unnoticed (malloc(3)).
ENVIRONMENT = os.environ | {"MALLOC_PERTURB_": "165"}


def test_engine_when_browsers_and_prompts_come_and_go_then_it_lives(tmp_path: Path):
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.sip.churning", str(tmp_path)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
