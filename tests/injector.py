"""Put containers into pods as a service mesh does: a webhook of the cluster, run in a pod of it.

A pod's label `inject` says what comes beside its step: `first` and `stays` are containers before it, `init`
comes before it and cannot be pulled.
"""

from __future__ import annotations

import base64
import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kubernetes import client
from laptop import POD_SECURITY, SECURITY

_SERVER = """
import base64, copy, http.server, json, ssl

class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
        main = asked["object"]["spec"]["containers"][0]
        kept = ("image", "imagePullPolicy", "securityContext", "resources")
        more = {key: copy.deepcopy(main[key]) for key in kept} | {"name": "proxy"}
        what = asked["object"]["metadata"]["labels"]["inject"]
        script = {"first": "exit 0", "stays": "trap 'exit 0' TERM; while true; do sleep 0.2; done"}.get(what)
        if script:
            value = {**more, "command": ["sh", "-c", script]}
            patch = [{"op": "add", "path": "/spec/containers/0", "value": value}]
        else:
            value = [{**more, "image": "localhost/none:1", "imagePullPolicy": "Never"}]
            patch = [{"op": "add", "path": "/spec/initContainers", "value": value}]
        text = base64.b64encode(json.dumps(patch).encode()).decode()
        answer = {"uid": asked["uid"], "allowed": True, "patchType": "JSONPatch", "patch": text}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
        body = json.dumps({**review, "response": answer}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

server = http.server.ThreadingHTTPServer(("", 8443), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tls/tls.crt", "/tls/tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


def webhook(api: client.ApiClient, namespace: str, service: str, authority: str | None) -> None:
    """Let a service of the namespace see each pod that has the label; nobody need answer there."""
    called = {"service": {"name": service, "namespace": namespace, "port": 443}}
    hook = {
        "name": "pods.zlv.test",
        "clientConfig": called | ({"caBundle": authority} if authority else {}),
        "rules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
        ],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "objectSelector": {"matchExpressions": [{"key": "inject", "operator": "Exists"}]},
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "timeoutSeconds": 5,
    }
    client.AdmissionregistrationV1Api(api).create_mutating_webhook_configuration(
        {"metadata": {"name": f"{namespace}-{service}"}, "webhooks": [hook]}
    )


@contextmanager
def injecting(api: client.ApiClient, namespace: str, image: str) -> Iterator[None]:
    """Put containers into the pods of a namespace that ask for it, while the block lasts."""
    core, name = client.CoreV1Api(api), "injector"
    certificate, key = _certificate(f"{name}.{namespace}.svc")
    data = {"tls.crt": certificate, "tls.key": key}
    core.create_namespaced_secret(
        namespace, {"metadata": {"name": name}, "type": "kubernetes.io/tls", "data": data}
    )
    container = {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-c", _SERVER],
        "securityContext": SECURITY,
        "readinessProbe": {"tcpSocket": {"port": 8443}, "periodSeconds": 1},
        "volumeMounts": [{"name": "tls", "mountPath": "/tls"}],
    }
    spec = {
        "containers": [container],
        "securityContext": POD_SECURITY,
        "terminationGracePeriodSeconds": 0,
        "volumes": [{"name": "tls", "secret": {"secretName": name}}],
    }
    core.create_namespaced_pod(namespace, {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec})
    ports = [{"port": 443, "targetPort": 8443}]
    core.create_namespaced_service(
        namespace, {"metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": ports}}
    )
    until = time.monotonic() + 60
    while not _is_ready(core.read_namespaced_pod(name, namespace)):
        assert time.monotonic() < until, "the injector does not start"
        time.sleep(0.2)
    time.sleep(2)  # the way of the service reaches the node
    webhook(api, namespace, name, certificate)
    try:
        yield
    finally:
        _forget(api, namespace, name)
        core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)


@contextmanager
def unanswered(api: client.ApiClient, namespace: str) -> Iterator[None]:
    """Let pods that ask for it be seen by a webhook that is down, while the block lasts."""
    webhook(api, namespace, "nobody", None)
    try:
        yield
    finally:
        _forget(api, namespace, "nobody")


def _forget(api: client.ApiClient, namespace: str, service: str) -> None:
    hooks = client.AdmissionregistrationV1Api(api)
    hooks.delete_mutating_webhook_configuration(f"{namespace}-{service}")


def _is_ready(pod: client.V1Pod) -> bool:
    return any(each.type == "Ready" and each.status == "True" for each in pod.status.conditions or ())


def _certificate(host: str) -> tuple[str, str]:
    """Make a certificate that is its own authority, and its key, as a Secret has them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "injector")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return base64.b64encode(made.public_bytes(pem)).decode(), base64.b64encode(private).decode()
