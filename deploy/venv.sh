#!/bin/sh
# Makes .venv in the project's root: venv where Python has all of it, virtualenv from PyPI where ensurepip is missing
# (Debian without python3-venv). Usage: deploy/venv.sh [python]
set -eu
cd "$(dirname "$0")/.."

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null
}

python=""
for candidate in "$@" python3.11 python3.12 python3; do
    if fits "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "需要 Python 3.11 或 3.12:请安装后重试,或用 make PYTHON=/path/to/python3.11 指定。" >&2
    echo "Python 3.11 or 3.12 is needed: install it, or name it with make PYTHON=/path/to/python3.11." >&2
    exit 1
fi

if ! "$python" -m venv .venv 2>/dev/null; then
    rm -rf .venv
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    "$python" -m pip install --quiet --disable-pip-version-check --target "$tools" virtualenv
    PYTHONPATH=$tools "$python" -m virtualenv --quiet .venv
fi
ln -sf ../../bin/hotline .venv/bin/hotline
