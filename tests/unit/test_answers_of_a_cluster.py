"""What an API server answers: refusals in its own words, and which installation is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from kubernetes.client import ApiException

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.kubernetes import patience
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.installed import manifest_of, set_suspended
from jobs.settings import Settings


def refused(status: int, message: str) -> ApiException:
    error = ApiException(status=status, reason="Forbidden" if status == 403 else "Internal Server Error")
    error.body = json.dumps({"message": message})
    return error


def cluster(**more: Any) -> Cluster:
    return Cluster("zlv", more.pop("batch", None), more.pop("core", None), cast(Any, None), **more)


def test_a_quota_is_no_missing_right_and_no_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """K12"""
    told: list[str] = []
    api = cluster(on_hiccup=told.append)

    def create(**_: Any) -> None:
        raise refused(403, 'jobs.batch "a" is forbidden: exceeded quota: q, requested: count/jobs.batch=1')

    with pytest.raises(patience.QuotaExceeded, match=r"^exceeded quota: q, requested: count/jobs.batch=1$"):
        api.call(create)
    assert told == [] and issubclass(patience.QuotaExceeded, Temporary)


def test_a_server_that_refuses_for_a_webhook_says_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """K1"""
    told: list[str] = []
    answers = iter([refused(500, 'failed calling webhook "w.example": no endpoints'), None])

    def create(**_: Any) -> str:
        if (error := next(answers)) is not None:
            raise error
        return "made"

    assert cluster(on_hiccup=told.append).call(create) == "made"
    assert "failed calling webhook" in told[0] and len(told) == 2


class Namespace:
    """Answer with the installations of a namespace."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.suspended: list[str] = []

    def list_namespaced_config_map(self, namespace: str, **_: Any) -> dict[str, Any]:
        return {"items": [self._thing(name, f"{name}-pipelines", {"daily.yml": name}) for name in self.names]}

    def list_namespaced_cron_job(self, namespace: str, **_: Any) -> dict[str, Any]:
        return {"items": [self._thing(name, f"{name}-daily") for name in self.names]}

    def patch_namespaced_cron_job(self, name: str, namespace: str, patch: Any, **_: Any) -> None:
        self.suspended.append(name)

    def _thing(self, instance: str, name: str, data: Any = None) -> dict[str, Any]:
        return {
            "metadata": {"name": name, "labels": {"app.kubernetes.io/instance": instance}},
            "data": data or {},
        }


def namespace(monkeypatch: pytest.MonkeyPatch, *names: str) -> tuple[Namespace, Cluster]:
    found = Namespace(*names)
    api = cluster(batch=found, core=found)
    monkeypatch.setattr(Cluster, "plain", lambda self, value: value)

    def none_of_argo(*_: Any, **__: Any) -> None:
        raise ApiException(status=404)

    monkeypatch.setattr("kubernetes.client.CustomObjectsApi.list_namespaced_custom_object", none_of_argo)
    monkeypatch.setattr("kubernetes.client.CustomObjectsApi.__init__", lambda self, client: None)
    return found, api


def test_of_two_installations_the_one_that_is_meant_must_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K5"""
    settings = Settings(ZLV_HOME=tmp_path)
    found, api = namespace(monkeypatch, "blue", "green")
    sentence = "2 installations with a pipeline 'daily': blue, green; say which one: --instance blue"
    with pytest.raises(SettingsError, match=sentence):
        manifest_of(settings, api, "daily")
    with pytest.raises(SettingsError, match="no installation 'red'"):
        manifest_of(settings, api, "daily", instance="red")
    for name in ("blue", "green"):
        assert manifest_of(settings, api, "daily", instance=name).read_text(encoding="utf-8") == name
    with pytest.raises(SettingsError, match="2 installations with a schedule of 'daily'"):
        set_suspended(api, "daily", True)
    assert found.suspended == []
    assert set_suspended(api, "daily", True, "green") == ["cronjob/green-daily"]
    assert found.suspended == ["green-daily"]


def test_the_only_installation_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """K5"""
    _, api = namespace(monkeypatch, "blue")
    assert manifest_of(Settings(ZLV_HOME=tmp_path), api, "daily").read_text(encoding="utf-8") == "blue"
