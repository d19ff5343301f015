"""Lays Kubernetes' JSON schemas out for kubeconform, which needs them without absolute addresses.

usage: schemas.py OUT VERSION... [--crds FILE...]

They come with the Python package kubernetes-validate. CRDs, as their projects publish them, become schemas too.
"""

import json
import sys
from pathlib import Path

import kubernetes_validate
import yaml


class Loader(yaml.SafeLoader):
    """Takes a bare = for the text that it is; YAML 1.1 has a type for it that nobody uses."""


Loader.add_constructor("tag:yaml.org,2002:value", yaml.SafeLoader.construct_yaml_str)


def local(node):
    """The same schema with references beside itself and without a name that would be looked up on the network."""
    if isinstance(node, dict):
        return {
            key: value.rsplit("/api/", 1)[-1] if key == "$ref" and isinstance(value, str) else local(value)
            for key, value in node.items()
            if key != "$id"
        }
    if isinstance(node, list):
        return [local(item) for item in node]
    return node


def closed(node):
    """A CRD's schema as strict as the others: what it does not name is a mistake, unless it says that it keeps it."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: closed(value) for key, value in node.items()}
    if out.get("x-kubernetes-int-or-string"):
        out["type"] = ["integer", "string"]
    if "properties" in out and isinstance(out["properties"], dict) and not out.get("x-kubernetes-preserve-unknown-fields"):
        out.setdefault("additionalProperties", False)
    return out


def main():
    out, rest = Path(sys.argv[1]), sys.argv[2:]
    split = rest.index("--crds") if "--crds" in rest else len(rest)
    schemas = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    for version in rest[:split]:
        (source,) = schemas.glob(f"v{version}.*-local-strict")
        target = out / version
        target.mkdir(parents=True)
        for file in source.glob("*.json"):
            (target / file.name).write_text(json.dumps(local(json.loads(file.read_text()))))
    crds = out / "crds"
    crds.mkdir(parents=True)
    for name in rest[split + 1 :]:
        for crd in yaml.load_all(Path(name).read_text(), Loader=Loader):
            if not crd or crd.get("kind") != "CustomResourceDefinition":
                continue
            spec = crd["spec"]
            for version in spec["versions"]:
                schema = closed(version["schema"]["openAPIV3Schema"])
                # Every object has these, whatever its CRD says of them.
                schema.setdefault("properties", {}).update(apiVersion={"type": "string"}, kind={"type": "string"}, metadata={"type": "object"})
                # kubeconform names a schema by the first part of the group only.
                file = f"{spec['names']['kind'].lower()}-{spec['group'].split('.')[0]}-{version['name']}.json"
                (crds / file).write_text(json.dumps(schema))


if __name__ == "__main__":
    main()
