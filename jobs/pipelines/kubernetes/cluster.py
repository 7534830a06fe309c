"""Talk to the Kubernetes API with patience: every call is tried again while the API is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.kubernetes.job import RUN, STEP, label_value
from jobs.settings import Settings

_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
# As long as a control plane's upgrade may take; steps run on meanwhile.
_PATIENCE_SECONDS = 600.0
# An API server that has just started may refuse a right that it has not read yet.
_RIGHTS_SECONDS = 15.0
_LONGEST_PAUSE = 5.0
_CALL_SECONDS = (5, 30)


@dataclass
class Cluster:
    """Reach one namespace; `shares_volume` says whether this process has the raw volume before it."""

    namespace: str
    batch: Any
    core: Any
    client: Any
    shares_volume: bool = False
    pod_name: str | None = None
    on_hiccup: Callable[[str], None] = lambda sentence: None
    _worked: bool = field(default=False, init=False)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call the API; try again with growing pauses while it is away or overloaded.

        Raises Temporary when that lasts for ten minutes, SettingsError when a right is missing,
        and the client's ApiException for any other answer.
        """
        from kubernetes.client import ApiException

        began, pause, told = time.monotonic(), 0.2, False
        while True:
            try:
                answer = function(*arguments, _request_timeout=_CALL_SECONDS, **named)
            except ApiException as error:
                reason = _reason(error)
                waited = time.monotonic() - began
                if error.status in (401, 403) and not (self._worked and waited < _RIGHTS_SECONDS):
                    raise SettingsError(f"the cluster does not allow it: {_message(error)}") from None
                if error.status not in (401, 403, 408, 429, 500, 502, 503, 504):
                    raise
            except no_answer() as error:
                reason = type(error).__name__
            else:
                if told:
                    self.on_hiccup(f"the API server answers again after {time.monotonic() - began:.0f} s")
                self._worked = True
                return answer
            if time.monotonic() - began > _PATIENCE_SECONDS:
                raise Temporary(f"the API server has not answered for {_PATIENCE_SECONDS:.0f} s ({reason})")
            if not told:
                told = True
                self.on_hiccup(f"the API server does not answer ({reason}); trying again")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def plain(self, value: Any) -> Any:
        """Give an object of the client as the plain data that the API speaks."""
        return self.client.sanitize_for_serialization(value)

    def jobs(self, selector: str) -> list[dict[str, Any]]:
        """List the Jobs that a label selector names."""
        return list(
            self.plain(self.call(self.batch.list_namespaced_job, self.namespace, label_selector=selector))[
                "items"
            ]
        )

    def pods(self, selector: str) -> list[dict[str, Any]]:
        """List the pods that a label selector names."""
        return list(
            self.plain(self.call(self.core.list_namespaced_pod, self.namespace, label_selector=selector))[
                "items"
            ]
        )

    def job(self, name: str) -> dict[str, Any] | None:
        """Read a Job; None when there is none of that name."""
        return self._found(self.batch.read_namespaced_job, name)

    def annotate(self, job: str, annotations: Mapping[str, str]) -> None:
        """Keep texts at a Job; one that is gone is passed over."""
        from kubernetes.client import ApiException

        try:
            self.call(
                self.batch.patch_namespaced_job,
                job,
                self.namespace,
                {"metadata": {"annotations": dict(annotations)}},
            )
        except ApiException as error:
            if error.status != 404:
                raise

    def delete_job(self, job: str) -> None:
        """Delete a Job with its pods; it is gone only when they are."""
        from kubernetes.client import ApiException

        try:
            self.call(self.batch.delete_namespaced_job, job, self.namespace, propagation_policy="Foreground")
        except ApiException as error:
            if error.status != 404:
                raise

    def end_job(self, job: str) -> None:
        """End a Job as if its deadline had passed: its pods go, it stays and tells of itself."""
        self.call(
            self.batch.patch_namespaced_job, job, self.namespace, {"spec": {"activeDeadlineSeconds": 1}}
        )

    def pod_log(self, pod: str) -> str:
        """Read what a pod has written; empty when it is gone."""
        from kubernetes.client import ApiException

        try:
            answer = self.call(
                self.core.read_namespaced_pod_log,
                pod,
                self.namespace,
                container="main",
                _preload_content=False,
            )
        except ApiException as error:
            if error.status not in (400, 404):
                raise
            return ""
        return str(answer.data.decode("utf-8", errors="replace"))

    def run_selector(self, run_id: str, step: str | None = None) -> str:
        """Select what belongs to a run, or to one of its steps."""
        return f"{RUN}={label_value(run_id)}" + (f",{STEP}={label_value(step)}" if step else "")

    def owner(self) -> dict[str, Any] | None:
        """Give the owner of what this process creates: its pod's own Job, else its pod; none outside the
        cluster.

        The Job outlives its pods: an executor that is killed leaves its steps running for its successor.
        """
        if self.pod_name is None:
            return None
        pod = self.plain(self.call(self.core.read_namespaced_pod, self.pod_name, self.namespace))
        for reference in pod["metadata"].get("ownerReferences") or ():
            if reference["kind"] == "Job":
                return {name: reference[name] for name in ("apiVersion", "kind", "name", "uid")}
        return {"apiVersion": "v1", "kind": "Pod", "name": self.pod_name, "uid": pod["metadata"]["uid"]}

    def _found(self, function: Callable[..., Any], name: str) -> dict[str, Any] | None:
        from kubernetes.client import ApiException

        try:
            return dict(self.plain(self.call(function, name, self.namespace)))
        except ApiException as error:
            if error.status != 404:
                raise
            return None


def connect(settings: Settings, namespace: str | None = None) -> Cluster:
    """Reach the cluster from inside a pod, or by the kubeconfig of a person.

    Raises SettingsError when neither is there.
    """
    import kubernetes

    # Its types are told to nobody.
    client: Any = kubernetes.client
    config: Any = kubernetes.config
    try:
        if settings.KUBERNETES_SERVICE_HOST and settings.ZLV_POD_NAME:
            config.load_incluster_config()
            current = settings.ZLV_POD_NAMESPACE or _NAMESPACE_FILE.read_text(encoding="utf-8").strip()
        else:
            config.load_kube_config()
            current = config.list_kube_config_contexts()[1]["context"].get("namespace", "default")
    except (config.ConfigException, OSError) as error:
        raise SettingsError(
            f"no cluster can be reached: {' '.join(str(error).split())}; set KUBECONFIG"
        ) from None
    api = client.ApiClient()
    # Patience is ours: the client's own retries would hide how long the API has been away.
    api.configuration.retries = False
    api = client.ApiClient(api.configuration)
    in_cluster = settings.ZLV_POD_NAME is not None
    return Cluster(
        namespace or current,
        client.BatchV1Api(api),
        client.CoreV1Api(api),
        api,
        shares_volume=in_cluster,
        pod_name=settings.ZLV_POD_NAME,
    )


def no_answer() -> tuple[type[Exception], ...]:
    """Give the exceptions of a connection that is not made, or lost."""
    from urllib3.exceptions import HTTPError

    return (HTTPError, ConnectionError, TimeoutError)


def _reason(error: Any) -> str:
    return f"{error.status} {error.reason}"


def _message(error: Any) -> str:
    import json

    try:
        return str(json.loads(error.body)["message"])
    except (TypeError, ValueError, KeyError):
        return _reason(error)
