"""State what every pod of the project keeps to; each rule gives one sentence per pod that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chart import Pod

# Who talks to the API server; nobody else has a token.
WITH_TOKEN = ("-executor",)


def non_root(pod: Pod) -> Iterator[str]:
    """Run as a user that is not root."""
    for container in pod.containers:
        own, whole = container.security_context, pod.spec.security_context
        if not (own.run_as_non_root or whole.run_as_non_root) or 0 in (own.run_as_user, whole.run_as_user):
            yield f"{container.name} may run as root"


def read_only_root(pod: Pod) -> Iterator[str]:
    """Write to volumes only."""
    for container in pod.containers:
        if not container.security_context.read_only_root_filesystem:
            yield f"{container.name} may write to its root"


def no_capability(pod: Pod) -> Iterator[str]:
    """Have no capability, and gain no privilege."""
    for container in pod.containers:
        context = container.security_context
        if (
            context.capabilities.drop != ["ALL"]
            or context.capabilities.add
            or context.allow_privilege_escalation is not False
        ):
            yield f"{container.name} has or may gain capabilities"
        if context.privileged or pod.spec.host_network or pod.spec.host_pid or pod.spec.host_ipc:
            yield f"{container.name} reaches into the node"


def seccomp(pod: Pod) -> Iterator[str]:
    """Be held to the runtime's system calls."""
    if pod.spec.security_context.seccomp_profile.type != "RuntimeDefault":
        yield "has no seccomp profile"


def no_token(pod: Pod) -> Iterator[str]:
    """Have a token of the API only where it is needed."""
    account = pod.spec.service_account_name or "default"
    needs = account.endswith(WITH_TOKEN)
    if pod.spec.automount_service_account_token is not needs:
        yield f"as {account} mounts a token" if not needs else f"as {account} has no token"


def bounded(pod: Pod) -> Iterator[str]:
    """Ask for what it needs and be held to a limit: CPU, memory and disk of the node."""
    for container in pod.containers:
        for name in ("cpu", "memory", "ephemeral-storage"):
            if not (container.resources.requests or {}).get(name) or not (
                container.resources.limits or {}
            ).get(name):
                yield f"{container.name} has no request or no limit of {name}"


def no_host_path(pod: Pod) -> Iterator[str]:
    """Mount nothing of the node, and bound what is written to it."""
    for volume in pod.spec.volumes or []:
        if volume.host_path or (volume.empty_dir and not volume.empty_dir.size_limit):
            yield f"volume {volume.name} is of the node, or without a bound"


def written_out(pod: Pod) -> Iterator[str]:
    """Write the command out where the image is ours: Argo cannot look an entrypoint up."""
    for container in pod.containers:
        if container.name != "metabase" and not container.command:
            yield f"{container.name} has no command"


def together(pod: Pod) -> Iterator[str]:
    """Share the node of the volumes, when one is mounted."""
    claims = [volume for volume in pod.spec.volumes or [] if volume.persistent_volume_claim]
    if claims and "zlv.fr/volumes" not in pod.labels:
        yield "mounts a volume and is not found by those that do"


RULES: dict[str, Callable[[Pod], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        non_root,
        read_only_root,
        no_capability,
        seccomp,
        no_token,
        bounded,
        no_host_path,
        written_out,
        together,
    )
}


def broken(rule: str, pods: list[Pod]) -> list[str]:
    """List what breaks a rule."""
    return [f"{pod.name} {sentence}" for pod in pods for sentence in RULES[rule](pod)]
