"""Copies the examples that a chart carries into a home directory, and never over somebody's work.

    copy_examples.py FROM HOME

A file that is not there is written. One that is still what an earlier run wrote is replaced when there is a newer one. One
that differs was edited, or was there before, and stays. What earlier runs wrote is remembered in HOME/.sparkwiz/examples.json.

A volume that is full or cannot be written to must not keep anybody from the notebooks on it: it is reported, and the exit
code is 0 all the same.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile


def main(source, home):
    record = os.path.join(home, ".sparkwiz", "examples.json")
    known = remembered(record)
    written = kept = 0
    for path in shipped(source):
        with open(os.path.join(source, path), "rb") as f:
            content = f.read()
        target = os.path.join(home, path)
        new = digest(content)
        try:
            there = present(target)
            if there not in (None, new, known.get(path)):
                kept += 1
                continue
            if there != new:
                replace(target, content)
                written += 1
            known[path] = new
        except OSError as e:
            print(f"examples: {path} is not copied: {e}", file=sys.stderr)
    try:
        replace(record, json.dumps(known, indent=1, sort_keys=True).encode())
    except OSError as e:
        print(f"examples: cannot remember what was copied: {e}", file=sys.stderr)
    print(f"examples: {written} written, {kept} left as somebody has changed them")


def shipped(source):
    """Paths of all files. The kubelet puts symlinks to a directory `..data` into a volume, whose name is passed over."""
    for directory, below, names in os.walk(source, followlinks=True):
        below[:] = sorted(d for d in below if not d.startswith(".."))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(directory, name), source)


def remembered(record):
    """What earlier runs wrote; a record that is gone or damaged only means that every file counts as edited."""
    with contextlib.suppress(OSError, ValueError):
        with open(record, "rb") as f:
            known = json.load(f)
        if isinstance(known, dict):
            return known
    return {}


def present(path):
    """The digest of a file, or None when nothing is there. A directory or a dangling link is somebody's, so it is no None."""
    if not os.path.lexists(path):
        return None
    if not os.path.isfile(path):
        return "not a file"
    with open(path, "rb") as f:
        return digest(f.read())


def replace(path, content):
    """Writes a whole file or none: whatever stops the write, what was there stays."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".copy-")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(content)
            f.flush()
            os.fsync(f.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def digest(content):
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
