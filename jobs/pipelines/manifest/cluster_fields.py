"""Name the fields of a manifest that only a cluster reads."""

from __future__ import annotations

# What the cluster's executors read and a laptop has no use for; kept as it stands in `raw`.
CLUSTER_SPEC = {
    "activeDeadlineSeconds",
    "affinity",
    "automountServiceAccountToken",
    "executor",
    "imagePullSecrets",
    "nodeSelector",
    "parallelism",
    "podGC",
    "podSpecPatch",
    "podMetadata",
    "podPriorityClassName",
    "priority",
    "securityContext",
    "serviceAccountName",
    "synchronization",
    "tolerations",
    "ttlStrategy",
    "volumes",
    "workflowMetadata",
}
CLUSTER_TEMPLATE = {
    "affinity",
    "automountServiceAccountToken",
    "metadata",
    "nodeSelector",
    "parallelism",
    "priorityClassName",
    "securityContext",
    "serviceAccountName",
    "synchronization",
    "tolerations",
    "volumes",
}
CLUSTER_CONTAINER = {
    "envFrom",
    "image",
    "imagePullPolicy",
    "name",
    "resources",
    "securityContext",
    "terminationMessagePolicy",
    "volumeMounts",
    "workingDir",
}
