"""Writes a configuration for a Prometheus of this machine: what the PodMonitors and PrometheusRules of a namespace ask for.

usage: scrape.py KUBECONFIG NAMESPACE LABEL DIR

Debian's Prometheus is built without discovery in Kubernetes, so pods come from a file, under the labels that discovery would
give them. Selectors, ports, paths and relabelling are the PodMonitors' own; objects without the label are not followed.
"""

import json
import pathlib
import re
import subprocess
import sys

kubeconfig, namespace, label, directory = *sys.argv[1:4], pathlib.Path(sys.argv[4])


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


def get(*what):
    command = ["kubectl", "--kubeconfig", kubeconfig, "--namespace", namespace, "get", *what, "--output", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["items"]


def keep(source, value):
    return {"action": "keep", "source_labels": [source], "regex": re.escape(value)}


def job(monitor, number, endpoint):
    """One endpoint of a PodMonitor, as the operator documents what becomes of it."""
    relabel = [keep(name, value) for name, value in meta("label", monitor["spec"]["selector"]["matchLabels"]).items()]
    relabel += [
        keep("__meta_kubernetes_pod_container_port_name", endpoint["port"]),
        {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
        {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
    ]
    snake = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    relabel += [{snake.get(key, key): value for key, value in rule.items()} for rule in endpoint.get("relabelings", [])]
    return {
        "job_name": f"{namespace}/{monitor['metadata']['name']}/{number}",
        "metrics_path": endpoint["path"],
        "file_sd_configs": [{"files": [f"{directory}/pods.json"]}],
        "relabel_configs": relabel,
    }


def main():
    (directory / "rules").mkdir(parents=True, exist_ok=True)
    pods = [target for pod in get("pods") if pod["status"].get("podIP") for target in targets(pod)]
    (directory / "pods.json").write_text(json.dumps(pods, indent=1))
    for rule in get("prometheusrules", "--selector", label):
        (directory / "rules" / f"{rule['metadata']['name']}.yaml").write_text(json.dumps(rule["spec"]))
    monitors = get("podmonitors", "--selector", label)
    jobs = [job(m, i, e) for m in monitors for i, e in enumerate(m["spec"]["podMetricsEndpoints"])]
    config = {
        # Oftener than on a platform, so that minutes of work are enough to look at.
        "global": {"scrape_interval": "5s", "scrape_timeout": "5s", "evaluation_interval": "5s"},
        "rule_files": [f"{directory}/rules/*.yaml"],
        "scrape_configs": jobs,
    }
    (directory / "prometheus.yaml").write_text(json.dumps(config))


main()
