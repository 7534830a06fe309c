"""Ways to install the chart, by their values."""

from __future__ import annotations

from typing import Any

# Every way to install that renders other objects; all of them are checked and sent to an API server.
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "trial": {"dev": {"enabled": True}},
    "argo": {"argo": {"enabled": True}},
    "one pod": {
        "pipelines": {
            name: {"executor": "pod"} for name in ("daily", "weekly", "yearly", "backup", "restore")
        },
        "steps": {"load-lake": {"resources": {"limits": {"memory": "12Gi", "cpu": "2500m"}}}},
        "networkPolicy": {
            "extraEgress": {"steps": {"audit": [{"ports": [{"protocol": "TCP", "port": 3128}]}]}}
        },
        "extraVolumes": [{"name": "certificates", "configMap": {"name": "certificates"}}],
        "extraVolumeMounts": [{"name": "certificates", "mountPath": "/etc/certificates", "readOnly": True}],
    },
    "metabase": {"metabase": {"enabled": True, "database": {"host": "db"}}},
    "metabase from releases": {
        "metabase": {"enabled": True, "delivery": "releases"},
        "volumes": {"sameNode": False},
    },
    "own claims and secret": {
        "volumes": {"raw": {"existingClaim": "raw-disk"}, "clean": {"existingClaim": "clean-disk"}},
        "secrets": {"existingSecret": "warehouse"},
        "shell": {"enabled": False},
        "pipelines": {"yearly": {"enabled": False}, "daily": {"parameters": {"upload": "true"}}},
    },
    "everything": {
        "fullnameOverride": "warehouse",
        "image": {"digest": "sha256:" + "0" * 64},
        "imagePullSecrets": [{"name": "pull"}],
        "commonLabels": {"team": "data"},
        "commonAnnotations": {"example.org/team": "data"},
        "podLabels": {"team": "data"},
        "podAnnotations": {"example.org/scrape": "false"},
        "otlp": {"endpoint": "http://collector:4318"},
        "s3": {"endpoint": "s3.example.org:8443"},
        "duckdb": {"memoryLimit": "2", "threads": "2", "maxTempDirectorySize": "20GB"},
        "catalog": {
            "sources": {"lovac.yml": {"domain": "lovac", "sources": {}}},
            "policy": {"lovac.yml": {"domain": "lovac", "columns": {}}},
            "publication": {
                "publish": {"marts_production_housing": {"public_name": "housing", "description": "x"}}
            },
        },
        "steps": {"build": {"resources": {"limits": {"memory": "12Gi"}}, "activeDeadlineSeconds": 100}},
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "batch", "operator": "Exists", "effect": "NoSchedule"}],
        "priorityClass": {"create": True},
        "hostUsers": False,
        "dnsConfig": {"options": [{"name": "ndots", "value": "1"}]},
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
        ],
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        "extraEnvFrom": [{"secretRef": {"name": "more"}}],
        "extraVolumes": [{"name": "certificates", "configMap": {"name": "certificates"}}],
        "extraVolumeMounts": [{"name": "certificates", "mountPath": "/etc/certificates", "readOnly": True}],
        "serviceAccount": {"annotations": {"example.org/role": "warehouse"}},
        "networkPolicy": {
            "postgresql": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
            "metabase": [{"namespaceSelector": {}}],
        },
        "metabase": {
            "enabled": True,
            "siteUrl": "https://bi.example.org",
            "ingress": {"enabled": True, "host": "bi.example.org"},
        },
        "dev": {"enabled": True},
    },
    "operators": {
        "secrets": {"externalSecrets": {"enabled": True, "secretStoreRef": {"name": "vault"}}},
        "monitoring": {"prometheusRule": {"enabled": True}, "serviceMonitor": {"enabled": True}},
        "metabase": {"enabled": True},
    },
    "any user": {
        "podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None},
        "dev": {"enabled": True},
    },
}
