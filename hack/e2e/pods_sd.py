"""Prints the pods of a namespace as Prometheus' own discovery labels them, as a file for its file discovery.

usage: pods_sd.py KUBECONFIG NAMESPACE

Debian's Prometheus is built without discovery in Kubernetes. Everything that comes after discovery, the operator's
relabelling above all, is applied to these labels as to the real ones.
"""

import json
import re
import subprocess
import sys


def meta(kind, values):
    """Labels or annotations under the names that Prometheus gives them."""
    out = {}
    for key, value in (values or {}).items():
        name = re.sub(r"[^a-zA-Z0-9_]", "_", key)
        out[f"__meta_kubernetes_pod_{kind}_{name}"] = value
        out[f"__meta_kubernetes_pod_{kind}present_{name}"] = "true"
    return out


def targets(pod):
    status, spec, about = pod["status"], pod["spec"], pod["metadata"]
    ready = next((c["status"].lower() for c in status.get("conditions", []) if c["type"] == "Ready"), "unknown")
    common = {
        "__meta_kubernetes_namespace": about["namespace"],
        "__meta_kubernetes_pod_name": about["name"],
        "__meta_kubernetes_pod_ip": status["podIP"],
        "__meta_kubernetes_pod_phase": status["phase"],
        "__meta_kubernetes_pod_ready": ready,
        "__meta_kubernetes_pod_node_name": spec.get("nodeName", ""),
        "__meta_kubernetes_pod_uid": about["uid"],
        **meta("label", about.get("labels")),
        **meta("annotation", about.get("annotations")),
    }
    for container in spec["containers"]:
        for port in container.get("ports", []):
            labels = {
                "__meta_kubernetes_pod_container_name": container["name"],
                "__meta_kubernetes_pod_container_port_name": port.get("name", ""),
                "__meta_kubernetes_pod_container_port_number": str(port["containerPort"]),
                "__meta_kubernetes_pod_container_port_protocol": port["protocol"],
            }
            yield {"targets": [f"{status['podIP']}:{port['containerPort']}"], "labels": common | labels}


def main():
    command = ["kubectl", "--kubeconfig", sys.argv[1], "--namespace", sys.argv[2], "get", "pods", "--output", "json"]
    pods = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["items"]
    json.dump([t for pod in pods if pod["status"].get("podIP") for t in targets(pod)], sys.stdout, indent=1)


main()
