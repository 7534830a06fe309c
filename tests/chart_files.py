"""Write what derives from the pipelines' manifests and the chart; with --check, fail when it is out of date.

The chart's copies of the manifests, the values table of its README, and k8s/base and k8s/components:
what the chart renders, as plain manifests. Rendering needs helm; without it only the others are seen to.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import chart_texts
import yaml
from chart import CHART, NAMESPACE, ROOT, WORKFLOWS, Object, identity, objects, render

K8S = ROOT / "k8s"
HEAD = "# Generated from the chart by `make generate`; do not edit.\n"
# Component → the values whose objects it adds to the base.
COMPONENTS: dict[str, dict[str, Any]] = {
    "argo": {"argo": {"enabled": True}},
    "metabase": {"metabase": {"enabled": True, "database": {"host": "metabase-db"}}},
    "trial": {"dev": {"enabled": True}},
}


def own_files() -> dict[Path, str]:
    """Give what the chart itself is made of: its copies of the pipelines, its README and its schema."""
    copies = {
        CHART / "files" / "workflows" / path.name: path.read_text(encoding="utf-8")
        for path in sorted(WORKFLOWS.glob("*.yml"))
    }
    return copies | {
        CHART / "README.md": chart_texts.readme(),
        CHART / "values.schema.json": chart_texts.schema(),
    }


def expected() -> dict[Path, str]:
    """Give every generated file and its text."""
    return own_files() | (base() | components() if shutil.which("helm") else {})


def base() -> dict[Path, str]:
    """Write the chart with default values, a file per template."""
    groups: dict[str, list[Object]] = {}
    for source, thing in _with_sources(render()):
        if "helm.sh/hook" not in thing["metadata"].get("annotations", {}):
            groups.setdefault(source, []).append(thing)
    folder = K8S / "base"
    files = {folder / f"{name}.yml": HEAD + _documents(things) for name, things in groups.items()}
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": NAMESPACE,
        "resources": sorted(f"{name}.yml" for name in groups),
    }
    return files | {folder / "kustomization.yaml": HEAD + _documents([kustomization])}


def components() -> dict[Path, str]:
    """Write what each component's values add to the base, change in it and take away."""
    plain = {identity(thing): thing for _, thing in _with_sources(render())}
    files: dict[Path, str] = {}
    for name, values in COMPONENTS.items():
        other = {identity(thing): thing for _, thing in _with_sources(render(values))}
        added = [thing for key, thing in other.items() if key not in plain]
        patches = [_deletion(plain[key]) for key in sorted(plain.keys() - other.keys())]
        changed = [other[key] for key in other.keys() & plain.keys() if other[key] != plain[key]]
        changed = sorted((thing for thing in changed if thing["kind"] != "Pod"), key=identity)
        folder = K8S / "components" / name
        kustomization: Object = {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "resources": ["added.yml"],
        }
        files[folder / "added.yml"] = HEAD + _documents(added)
        if changed:
            patches.append({"path": "changed.yml"})
            small = [_change(plain[identity(thing)], thing) for thing in changed]
            files[folder / "changed.yml"] = HEAD + _documents(small)
        if patches:
            kustomization["patches"] = patches
        files[folder / "kustomization.yaml"] = HEAD + _documents([kustomization])
    return files


def _deletion(thing: Object) -> Object:
    """Write a patch that takes one object away: kustomize takes no file of several such patches."""
    gone = {"apiVersion": thing["apiVersion"], "kind": thing["kind"], "metadata": _who(thing)}
    return {"patch": _documents([{**gone, "$patch": "delete"}])}


def _change(old: Object, new: Object) -> Object:
    """Write the patch that makes an object what it should be."""
    head = {"apiVersion": new["apiVersion"], "kind": new["kind"], "metadata": _who(new)}
    return head | {key: each for key, each in _difference(old, new, new["kind"]).items() if key != "metadata"}


def _difference(old: Object, new: Object, kind: str) -> Object:
    found: Object = {key: None for key in old if key not in new}
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(key), dict) and value != old[key]:
            found[key] = _difference(old[key], value, kind)
        elif value != old.get(key):
            # Lists of other kinds may be joined with those of the base.
            assert not isinstance(value, list) or kind == "NetworkPolicy", (kind, key)
            found[key] = value
    return found


def _who(thing: Object) -> Object:
    return {key: thing["metadata"][key] for key in ("name", "namespace")}


def _with_sources(text: str) -> list[tuple[str, Object]]:
    parts = re.split(r"(?m)^---\n# Source: [^\n]*/templates/([a-z/-]+)\.yaml\n", text)
    return [
        (name, thing) for name, part in zip(parts[1::2], parts[2::2], strict=True) for thing in objects(part)
    ]


class _Dumper(yaml.SafeDumper):
    """Write texts of several lines as such, and no references."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Dumper.add_representer(str, _text)


def _documents(things: list[Object]) -> str:
    return yaml.dump_all(things, Dumper=_Dumper, sort_keys=False, width=10**6, allow_unicode=True)


def main() -> int:
    checks = "--check" in sys.argv
    if not checks:
        # What is rendered comes from these.
        _write(own_files())
    wanted = expected()
    if checks:
        stale = [
            path
            for path, text in wanted.items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        stale += _left_over(wanted)
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date; run: make generate")
        return 1 if stale else 0
    for path in _left_over(wanted):
        path.unlink()
    _write(wanted)
    if not shutil.which("helm"):
        print("k8s/base and k8s/components are left as they are: helm is not installed", file=sys.stderr)
    return 0


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _left_over(wanted: dict[Path, str]) -> list[Path]:
    folders = [CHART / "files" / "workflows"]
    if shutil.which("helm"):
        folders += [K8S / "base", *(K8S / "components" / name for name in COMPONENTS)]
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path not in wanted
    ]


if __name__ == "__main__":
    sys.exit(main())
