"""Keeps Kubernetes Secrets as the files say that Vault's agent writes beside this container.

Programs read the environment, which Kubernetes fills from Secrets before they start; the agent only writes files. A value
goes from a file in memory into one request to the API server, and appears nowhere else: not in an argument, a log line or
an error.
"""

import base64
import itertools
import json
import os
import pathlib
import ssl
import sys
import time
import urllib.error
import urllib.request

ACCOUNT = pathlib.Path(os.environ.get("ACCOUNT_DIR", "/var/run/secrets/kubernetes.io/serviceaccount"))
FILES = pathlib.Path(os.environ.get("FILES_DIR", "/vault/secrets"))
CONFIG = pathlib.Path(os.environ.get("CONFIG_DIR", "/etc/secrets-agent"))
STATE = pathlib.Path(os.environ.get("STATE_DIR", "/tmp"))
# Every so many looks a Secret is applied again: it may not be read here, so whether somebody has deleted it is not known.
AGAIN = 4


def server():
    if "API_SERVER" in os.environ:
        return os.environ["API_SERVER"]
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def manifest(secret, values, labels):
    """The Secret to apply. An empty value is of no use to anybody, and an error."""
    empty = [key for key, value in values.items() if not isinstance(value, str) or not value]
    if empty:
        raise ValueError(f"{secret['name']}: Vault has no value for {', '.join(sorted(empty))}")
    if secret["username"]:
        values = values | {"username": secret["username"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/basic-auth" if secret["username"] else "Opaque",
        "metadata": {
            "name": secret["name"],
            "labels": {"app.kubernetes.io/managed-by": "secrets-agent", "app.kubernetes.io/part-of": "sparkwiz"} | labels,
        },
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


def put(body):
    """Server-side apply, which makes or changes the Secret and leaves keys of others alone."""
    url = f"{server()}/api/v1/namespaces/{os.environ['NAMESPACE']}/secrets/{body['metadata']['name']}"
    request = urllib.request.Request(
        url + "?fieldManager=secrets-agent&force=true",
        method="PATCH",
        data=json.dumps(body).encode(),
        headers={
            # The token is read anew: the kubelet replaces it.
            "Authorization": "Bearer " + (ACCOUNT / "token").read_text().strip(),
            "Content-Type": "application/apply-patch+yaml",
        },
    )
    trust = ssl.create_default_context(cafile=ACCOUNT / "ca.crt")
    with urllib.request.urlopen(request, timeout=10, context=trust):
        pass


def keep(secrets, labels, seen, again=False):
    """One round. Returns what is wrong, a line each; `seen` remembers the files by their text."""
    wrong = []
    for secret in secrets:
        name = secret["name"]
        try:
            text = (FILES / secret["file"]).read_text()
            known = seen.get(name) == text
            if known and not again:
                continue
            put(manifest(secret, json.loads(text), labels))
            seen[name] = text
            if not known:
                print(f"{name}: as Vault says", flush=True)
        except json.JSONDecodeError:
            wrong.append(f"{name}: the agent's file is not JSON")
        except urllib.error.HTTPError as e:
            wrong.append(f"{name}: the API server refuses it: {e.code} {e.reason}")
        except (OSError, ValueError) as e:
            wrong.append(f"{name}: {e}")
    return wrong


def main():
    config = json.loads((CONFIG / "secrets.json").read_text())
    seen, said = {}, None
    for look in itertools.count():
        wrong = keep(config["secrets"], config["labels"], seen, again=look % AGAIN == 0)
        if wrong != said:
            for line in wrong:
                print(line, file=sys.stderr, flush=True)
            said = wrong
        (STATE / "beat").touch()
        if wrong:
            (STATE / "kept").unlink(missing_ok=True)
        else:
            (STATE / "kept").touch()
        if "ONCE" in os.environ:
            return 1 if wrong else 0
        time.sleep(int(os.environ["INTERVAL_SECONDS"]))


if __name__ == "__main__":
    sys.exit(main())
