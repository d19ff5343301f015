"""Whether secrets have reached the containers that run: what each container was promised from a Secret is compared with what its
own environment says, by digest, so that no value is shown.

usage: inpods.py KUBECTL… -n NAMESPACE -- [SECRET/KEY=SHA256…]

The digests behind the dashes are of values that somebody knows from elsewhere; each must be in at least one container.
"""

import base64
import hashlib
import json
import subprocess
import sys


def digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def main(kubectl: list[str], known: dict[str, str]) -> None:
    def ask(*arguments: str) -> bytes:
        return subprocess.run([*kubectl, *arguments], check=True, stdout=subprocess.PIPE, timeout=60).stdout

    secrets = {s["metadata"]["name"]: s.get("data", {}) for s in json.loads(ask("get", "secrets", "-o", "json"))["items"]}
    wrong: list[str] = []
    reached: set[str] = set()
    for pod in json.loads(ask("get", "pods", "--field-selector=status.phase=Running", "-o", "json"))["items"]:
        name = pod["metadata"]["name"]
        for container in pod["spec"]["containers"]:
            for variable in container.get("env", []):
                ref = variable.get("valueFrom", {}).get("secretKeyRef")
                if ref is None or (ref.get("optional") and ref["key"] not in secrets.get(ref["name"], {})):
                    continue
                what = f"{ref['name']}/{ref['key']}"
                inside = digest(ask("exec", name, "-c", container["name"], "--", "printenv", variable["name"]).removesuffix(b"\n"))
                stored = digest(base64.b64decode(secrets[ref["name"]][ref["key"]]))
                same = inside == stored and known.get(what, inside) == inside
                print(f"{name}/{container['name']}: {variable['name']} is {what}: {'yes' if same else 'NO'}")
                (reached.add if same else wrong.append)(what)
    missing = sorted(set(known) - reached)
    if wrong or missing or not reached:
        sys.exit(f"not as promised: {sorted(wrong)}; in no container: {missing}")
    print(f"{len(reached)} values reached the containers that run")


if __name__ == "__main__":
    at = sys.argv.index("--")
    main(sys.argv[1:at], dict(pair.split("=", 1) for pair in sys.argv[at + 1 :]))
