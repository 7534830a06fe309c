"""Reach one namespace of a Kubernetes cluster: its Jobs, their pods, and what its events tell of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.errors import SettingsError
from jobs.pipelines.kubernetes.job import RUN, STEP, label_value
from jobs.pipelines.kubernetes.patience import Patience, no_answer
from jobs.pipelines.kubernetes.pod import MAIN
from jobs.settings import Settings

_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
# What an event says is worth no long wait.
_EVENT_SECONDS = (2, 5)


@dataclass
class Cluster(Patience):
    """Reach one namespace; `shares_volume` says whether this process has the raw volume before it."""

    namespace: str
    batch: Any
    core: Any
    client: Any
    shares_volume: bool = False
    pod_name: str | None = None

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

    def events(self, uid: str) -> list[dict[str, Any]]:
        """List what the cluster tells of an object; nothing where that cannot be read."""
        from kubernetes.client import ApiException

        unheard: tuple[type[Exception], ...] = (ApiException, *no_answer())
        try:
            listing = self.core.list_namespaced_event(
                self.namespace, field_selector=f"involvedObject.uid={uid}", _request_timeout=_EVENT_SECONDS
            )
        except unheard:
            return []
        return list(self.plain(listing)["items"])

    def annotate(self, job: str, annotations: Mapping[str, str | None]) -> None:
        """Keep texts at a Job, take away what is None; a Job that is gone is passed over."""
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

    def pod_log(self, pod: str) -> str | None:
        """Read what a pod's step has written; None when it is gone."""
        from kubernetes.client import ApiException

        try:
            answer = self.call(
                self.core.read_namespaced_pod_log,
                pod,
                self.namespace,
                container=MAIN,
                _preload_content=False,
            )
        except ApiException as error:
            if error.status not in (400, 404):
                raise
            return None
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
