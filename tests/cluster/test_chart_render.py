"""The chart as helm renders it: strict values, the same objects each time, each pod within the rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart import CHART, FOREIGN, VARIANTS, helm, identity, kustomize, objects, pods, render, typed
from chart_files import COMPONENTS, expected
from pod_rules import RULES, broken

from jobs.pipelines.manifest.manifest import read_pipeline

pytestmark = pytest.mark.cluster
NAMES = {"daily", "yearly", "backup"}

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
    "unknown pipeline": ({"pipelines": {"weekly": {}}}, "'/pipelines'.*weekly"),
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


@pytest.mark.parametrize("variant", VARIANTS)
def test_two_renders_are_equal_and_an_upgrade_renders_what_an_install_does(variant: str) -> None:
    values = VARIANTS[variant]
    first = render(values)
    again = helm(
        "template",
        "zlv-warehouse",
        str(CHART),
        "--namespace",
        "zlv-warehouse",
        "--values",
        "-",
        text=json.dumps(values),
    )
    assert first == again.stdout
    upgrade = helm(
        "template",
        "zlv-warehouse",
        str(CHART),
        "--namespace",
        "zlv-warehouse",
        "--is-upgrade",
        "--values",
        "-",
        text=json.dumps(values),
    )
    assert first == upgrade.stdout


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_object_is_what_its_model_knows(variant: str) -> None:
    for thing in objects(render(VARIANTS[variant])):
        if thing["kind"] not in FOREIGN:
            typed(thing)


@pytest.mark.parametrize("rule", RULES)
def test_every_pod_of_every_variant_keeps_the_rule(rule: str) -> None:
    for variant, values in VARIANTS.items():
        if variant == "any user" and rule == "non_root":
            continue  # The cluster chooses the user there; that it is not root stays demanded.
        assert broken(rule, pods(objects(render(values)))) == [], variant


@pytest.mark.parametrize("overlay", ["dev", "staging", "production"])
@pytest.mark.parametrize("rule", RULES)
def test_every_pod_of_an_overlay_keeps_the_rule(overlay: str, rule: str) -> None:
    assert broken(rule, pods(kustomize(f"overlays/{overlay}"))) == []


def test_the_base_is_the_chart_with_default_values() -> None:
    def without_test(things: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            identity(thing): thing
            for thing in things
            if "helm.sh/hook" not in thing["metadata"].get("annotations", {})
        }

    assert without_test(kustomize("base")) == without_test(objects(render()))


@pytest.mark.parametrize(("component", "values"), COMPONENTS.items())
def test_a_component_makes_of_the_base_what_its_values_make_of_the_chart(
    component: str, values: dict[str, Any], tmp_path: Path
) -> None:
    overlay = CHART.parent.parent / "k8s" / "overlays" / f".{component}-{tmp_path.name}"
    overlay.mkdir()
    try:
        (overlay / "kustomization.yaml").write_text(
            json.dumps(
                {
                    "kind": "Kustomization",
                    "resources": ["../../base"],
                    "components": [f"../../components/{component}"],
                }
            )
        )
        built = {identity(thing): thing for thing in kustomize(f"overlays/{overlay.name}")}
    finally:
        (overlay / "kustomization.yaml").unlink()
        overlay.rmdir()
    rendered = {identity(thing): thing for thing in objects(render(values)) if thing["kind"] != "Pod"}
    assert built == rendered


def test_what_is_generated_is_up_to_date() -> None:
    assert [str(path) for path, text in expected().items() if path.read_text(encoding="utf-8") != text] == []


def test_nothing_but_the_test_is_a_hook_and_names_stay_short() -> None:
    for values in VARIANTS.values():
        for thing in objects(render(values, release="a-release-with-quite-a-long-name-indeed-it-is")):
            hook = thing["metadata"].get("annotations", {}).get("helm.sh/hook")
            assert hook is None or (hook == "test" and thing["kind"] == "Pod")
            if thing["kind"] in ("CronJob", "CronWorkflow"):
                assert len(thing["metadata"]["name"]) <= 52


def test_both_volumes_outlive_the_release() -> None:
    claims = [thing for thing in objects(render()) if thing["kind"] == "PersistentVolumeClaim"]
    assert len(claims) == 2
    assert all(claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for claim in claims)
    own = objects(render(VARIANTS["own claims and secret"]))
    assert not [thing for thing in own if thing["kind"] == "PersistentVolumeClaim"]
    assert {
        volume.persistent_volume_claim.claim_name
        for pod in pods(own)
        for volume in pod.spec.volumes
        if volume.persistent_volume_claim
    } == {"raw-disk", "clean-disk"}


def test_cron_jobs_start_one_executor_and_know_the_exit_codes() -> None:
    jobs = {
        thing["metadata"]["labels"]["zlv.fr/pipeline"]: thing["spec"]
        for thing in objects(render())
        if thing["kind"] == "CronJob"
    }
    assert jobs.keys() == NAMES
    for name, spec in jobs.items():
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["timeZone"] == "Europe/Paris"
        assert spec["startingDeadlineSeconds"]
        job = spec["jobTemplate"]["spec"]
        assert job["podFailurePolicy"]["rules"][0]["action"] == "Ignore"
        codes = job["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"]
        assert {64, 65, 66} <= set(codes)
        assert not {75, 137, 143} & set(codes)
        assert f"/etc/zlv/pipelines/{name}.yml" in job["template"]["spec"]["containers"][0]["command"]


def test_argo_takes_the_place_of_cron_jobs_and_executor() -> None:
    kinds = {identity(thing) for thing in objects(render(VARIANTS["argo"]))}
    assert {name for kind, name in kinds if kind == "CronWorkflow"} == {
        f"zlv-warehouse-{name}" for name in NAMES
    }
    assert not [name for kind, name in kinds if kind == "CronJob" or name.endswith("-executor")]


def test_values_reach_every_step(tmp_path: Path) -> None:
    things = {identity(thing): thing for thing in objects(render(VARIANTS["everything"]))}
    for name in NAMES:
        path = tmp_path / f"{name}.yml"
        path.write_text(things["ConfigMap", "warehouse-pipelines"]["data"][f"{name}.yml"], encoding="utf-8")
        pipeline = read_pipeline(path)
        assert str(pipeline.parameters["image"].value).endswith("@sha256:" + "0" * 64)
        assert pipeline.raw["spec"]["nodeSelector"] == {"disk": "fast"}
        assert pipeline.raw["spec"]["podPriorityClassName"] == "warehouse"
        for template in pipeline.templates.values():
            container = template.raw["container"]
            assert {"name": "HTTPS_PROXY", "value": "http://proxy:3128"} in container["env"]
            assert {"secretRef": {"name": "more"}} in container["envFrom"]
            assert "/etc/certificates" in {mount["mountPath"] for mount in container["volumeMounts"]}
            assert {"ZLV_POD_MEMORY_LIMIT", "ZLV_POD_CPU_LIMIT", "ZLV_POD_EPHEMERAL_LIMIT"} <= {
                each["name"] for each in container["env"]
            }
    daily = yaml.safe_load(things["ConfigMap", "warehouse-pipelines"]["data"]["daily.yml"])
    build = next(each for each in daily["spec"]["templates"] if each["name"] == "build")
    assert build["container"]["resources"]["limits"] == {
        "cpu": "2",
        "memory": "12Gi",
        "ephemeral-storage": "20Gi",
    }
    assert build["activeDeadlineSeconds"] == 100
    catalog = next(volume for volume in daily["spec"]["volumes"] if volume["name"] == "catalog")["configMap"]
    assert {item["path"] for item in catalog["items"]} == {"lovac.yml", "policy/lovac.yml", "publication.yml"}
    assert {item["key"] for item in catalog["items"]} == set(things["ConfigMap", "warehouse-catalog"]["data"])


@pytest.mark.parametrize(
    ("limit", "request_"), [("64Mi", "64Mi"), ("512Mi", "512Mi"), ("16Gi", "512Mi"), ("300M", "300M")]
)
def test_a_request_is_never_above_its_limit(limit: str, request_: str) -> None:
    things = {
        identity(thing): thing
        for thing in objects(render({"steps": {"build": {"resources": {"limits": {"memory": limit}}}}}))
    }
    daily = yaml.safe_load(things["ConfigMap", "zlv-warehouse-pipelines"]["data"]["daily.yml"])
    build = next(each for each in daily["spec"]["templates"] if each["name"] == "build")
    assert build["container"]["resources"]["limits"]["memory"] == limit
    assert build["container"]["resources"]["requests"]["memory"] == request_


def test_metabase_reads_and_never_writes_the_clean_volume() -> None:
    for variant in ("metabase", "metabase from releases"):
        things = {identity(thing): thing for thing in objects(render(VARIANTS[variant]))}
        deployment = things["Deployment", "zlv-warehouse-metabase"]
        spec = deployment["spec"]["template"]["spec"]
        containers = {each["name"]: each for each in spec["containers"]}
        (mount,) = (mount for mount in containers["metabase"]["volumeMounts"] if mount["name"] == "clean")
        assert mount["readOnly"] is True
        claims = [
            volume["persistentVolumeClaim"]["claimName"]
            for volume in spec["volumes"]
            if "persistentVolumeClaim" in volume
        ]
        if variant == "metabase":
            assert claims == ["zlv-warehouse-clean"]
            assert set(containers) == {"metabase"}
        else:
            assert claims == []
            assert containers["follow"]["command"] == ["zlv", "follow", "--every", "20"]
            assert "affinity" not in spec


def test_only_the_executor_has_rights() -> None:
    table = {
        thing["metadata"]["name"]: sorted(
            (f"{resource}.{group}".rstrip("."), verb)
            for rule in thing["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        )
        for values in VARIANTS.values()
        for thing in objects(render(values))
        if thing["kind"] == "Role"
    }
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    written = {
        name: sorted(
            (row[2].strip(" `"), verb.strip())
            for row in (line.split("|") for line in readme.splitlines() if line.startswith(f"| `…-{name}`"))
            for verb in row[3].split(",")
        )
        for name in ("executor", "argo")
    }
    assert written["executor"] == table["zlv-warehouse-executor"] == table["warehouse-executor"]
    assert written["argo"] == table["zlv-warehouse-argo"]
    assert table.keys() == {"zlv-warehouse-executor", "warehouse-executor", "zlv-warehouse-argo"}


def test_all_is_denied_and_each_way_out_is_one_that_is_needed() -> None:
    policies = {
        thing["metadata"]["name"]: thing["spec"]
        for thing in objects(render())
        if thing["kind"] == "NetworkPolicy"
    }
    assert policies["zlv-warehouse-default-deny"].keys() == {"podSelector", "policyTypes"}
    ports = {
        name: [port["port"] for rule in spec.get("egress", []) for port in rule["ports"]]
        for name, spec in policies.items()
    }
    assert ports == {
        "zlv-warehouse-default-deny": [],
        "zlv-warehouse-dns": [53, 53],
        "zlv-warehouse-steps": [5432, 443],
        "zlv-warehouse-executor": [443, 6443],
    }
    assert not [
        thing
        for thing in objects(render({"networkPolicy": {"enabled": False}}))
        if thing["kind"] == "NetworkPolicy"
    ]
