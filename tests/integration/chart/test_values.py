"""Wrong values are refused by the name of their key."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from chart import CHART, helm
from chart_variants import VARIANTS

# Values file → what its refusal names.
WRONG: dict[str, tuple[Any, str]] = {
    "unknown key": ({"imagge": {}}, "imagge"),
    "unknown key of the image": ({"image": {"name": "x"}}, "'/image'.*name"),
    "number as tag": ({"image": {"tag": 1.0}}, "/image/tag"),
    "short digest": ({"image": {"digest": "sha256:abc"}}, "/image/digest"),
    "unknown pull policy": ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
    "empty repository": ({"image": {"repository": ""}}, "/image/repository"),
    "pull secrets as text": ({"imagePullSecrets": "pull"}, "/imagePullSecrets"),
    "name with capitals": ({"fullnameOverride": "ZLV"}, "/fullnameOverride"),
    "number as label": ({"commonLabels": {"team": 1}}, "/commonLabels/team"),
    "port too high": ({"postgresql": {"port": 70000}}, "/postgresql/port"),
    "unknown sslMode": ({"postgresql": {"sslMode": "maybe"}}, "/postgresql/sslMode"),
    "password as a value": ({"postgresql": {"password": "x"}}, "'/postgresql'.*password"),
    "endpoint with a scheme": ({"s3": {"endpoint": "https://s3.example.org"}}, "/s3/endpoint"),
    "text as a switch": ({"s3": {"useSSL": "yes"}}, "/s3/useSSL"),
    "prefix without a slash": ({"s3": {"metabasePrefix": "metabase"}}, "/s3/metabasePrefix"),
    "memory without a unit that DuckDB knows": ({"duckdb": {"memoryLimit": "4Go"}}, "/duckdb/memoryLimit"),
    "no release kept": ({"keepReleases": 0}, "/keepReleases"),
    "collector without a scheme": ({"otlp": {"endpoint": "collector:4318"}}, "/otlp/endpoint"),
    "store of an unknown kind": (
        {"secrets": {"externalSecrets": {"secretStoreRef": {"kind": "Vault"}}}},
        "secretStoreRef/kind",
    ),
    "store without a name": (
        {"secrets": {"externalSecrets": {"enabled": True}}},
        r"secrets\.externalSecrets\.secretStoreRef\.name",
    ),
    "catalog as text": (
        {"catalog": {"sources": {"lovac.yml": "domain: lovac"}}},
        r"/catalog/sources/lovac\.yml",
    ),
    "catalog file of another kind": (
        {"catalog": {"sources": {"lovac.csv": {}}}},
        r"'/catalog/sources'.*lovac\.csv",
    ),
    "size without a unit": ({"volumes": {"raw": {"size": "big"}}}, "/volumes/raw/size"),
    "volume read by many": (
        {"volumes": {"clean": {"accessModes": ["ReadOnlyMany"]}}},
        "/volumes/clean/accessModes",
    ),
    "volume for one pod only": (
        {"volumes": {"raw": {"accessModes": ["ReadWriteOncePod"]}}},
        "/volumes/raw/accessModes",
    ),
    "unknown volume": ({"volumes": {"warehouse": {}}}, "'/volumes'.*warehouse"),
    "unreadable schedule": (
        {"pipelines": {"daily": {"schedule": "every night"}}},
        "/pipelines/daily/schedule",
    ),
    "unknown pipeline": ({"pipelines": {"monthly": {}}}, "'/pipelines'.*monthly"),
    "unknown parameter": (
        {"pipelines": {"daily": {"parameters": {"uplaod": True}}}},
        r"pipelines\.daily\.parameters\.uplaod",
    ),
    "unknown step": ({"steps": {"bulid": {}}}, "'/steps'.*bulid"),
    "unknown resource": ({"steps": {"build": {"resources": {"limits": {"ram": "1Gi"}}}}}, "limits'.*ram"),
    "root": ({"podSecurityContext": {"runAsUser": 0}}, "/podSecurityContext/runAsUser"),
    "writable root": (
        {"securityContext": {"readOnlyRootFilesystem": False}},
        "/securityContext/readOnlyRootFilesystem",
    ),
    "unknown effect": ({"tolerations": [{"effect": "Never"}]}, "/tolerations/0/effect"),
    "variable without a name": ({"extraEnv": [{"value": "x"}]}, "/extraEnv/0"),
    "path of the node": ({"extraVolumes": [{"name": "x", "hostPath": {"path": "/"}}]}, "hostPath"),
    "unknown delivery": ({"metabase": {"delivery": "ftp"}}, "/metabase/delivery"),
    "ingress without a host": (
        {"metabase": {"enabled": True, "ingress": {"enabled": True}}},
        r"metabase\.ingress\.host",
    ),
    "short pseudonym key": (
        {"dev": {"credentials": {"pseudonymKey": "short"}}},
        "/dev/credentials/pseudonymKey",
    ),
    "no data": ({"dev": {"scale": 0}}, "/dev/scale"),
    "further rules for all at once": (
        {"networkPolicy": {"extraEgress": [{"ports": []}]}},
        "/networkPolicy/extraEgress",
    ),
    "further rules of an unknown step": (
        {"networkPolicy": {"extraEgress": {"steps": {"bulid": []}}}},
        "/networkPolicy/extraEgress/steps.*bulid",
    ),
    "no port of DNS": ({"networkPolicy": {"dnsPorts": []}}, "/networkPolicy/dnsPorts"),
    "target port of nothing": ({"networkPolicy": {"targetPorts": {"smtp": [25]}}}, "targetPorts'.*smtp"),
    "registry with a scheme": (
        {"global": {"imageRegistry": "https://r.example.org"}},
        "/global/imageRegistry",
    ),
    "user namespaces as text": ({"hostUsers": "no"}, "/hostUsers"),
    "unknown field of DNS": ({"dnsConfig": {"server": "x"}}, "'/dnsConfig'.*server"),
    "spread without a key": ({"topologySpreadConstraints": [{"maxSkew": 1}]}, "/topologySpreadConstraints/0"),
    "object without a kind": ({"extraObjects": [{"apiVersion": "v1"}]}, "/extraObjects/0"),
    "unknown strategy": ({"metabase": {"strategy": {"type": "BlueGreen"}}}, "/metabase/strategy/type"),
    "name as an address": ({"metabase": {"listenAddress": "localhost"}}, "/metabase/listenAddress"),
    "port of the API as text": ({"networkPolicy": {"apiPorts": ["https"]}}, "/networkPolicy/apiPorts/0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_values_are_refused_by_the_name_of_their_key(case: str) -> None:
    values, told = WRONG[case]
    done = helm("template", "zlv", str(CHART), "--values", "-", text=json.dumps(values))
    assert done.returncode != 0
    assert re.search(told, done.stderr, re.DOTALL), done.stderr


def test_the_chart_passes_a_strict_lint() -> None:
    for values in VARIANTS.values():
        done = helm("lint", "--strict", str(CHART), "--values", "-", text=json.dumps(values))
        assert done.returncode == 0, done.stdout + done.stderr
