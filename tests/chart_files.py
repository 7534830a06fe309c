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

import yaml
from chart import CHART, NAMESPACE, ROOT, WORKFLOWS, Object, identity, objects, render

K8S = ROOT / "k8s"
HEAD = "# Generated from the chart by `make generate`; do not edit.\n"
TABLE = re.compile(r"(<!-- values: begin -->\n).*(<!-- values: end -->)", re.DOTALL)
# Component → the values whose objects it adds to the base.
COMPONENTS: dict[str, dict[str, Any]] = {
    "argo": {"argo": {"enabled": True}},
    "metabase": {"metabase": {"enabled": True, "database": {"host": "metabase-db"}}},
    "trial": {"dev": {"enabled": True}},
}


def expected() -> dict[Path, str]:
    """Give every generated file and its text."""
    files = {
        CHART / "files" / "workflows" / path.name: path.read_text(encoding="utf-8")
        for path in sorted(WORKFLOWS.glob("*.yml"))
    }
    readme = CHART / "README.md"
    files[readme] = TABLE.sub(
        lambda found: found[1] + values_table() + found[2], readme.read_text(encoding="utf-8")
    )
    if shutil.which("helm"):
        files |= base() | components()
    return files


def values_table() -> str:
    """Write a row for each described value: its path, its default, what it is."""
    rows = ["| value | default | what it is |", "|---|---|---|"]
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    above: list[tuple[int, str]] = []
    described = ""
    for line in text.splitlines():
        if comment := re.match(r"\s*# -- (.*)", line):
            described = comment[1]
            continue
        # A long description goes on in the comment's next line.
        if described and (more := re.match(r"\s*# (.*)", line)):
            described += f" {more[1]}"
            continue
        key = re.match(r"(\s*)([A-Za-z0-9_-]+):", line)
        if key is None:
            continue
        above = [(depth, name) for depth, name in above if depth < len(key[1])] + [(len(key[1]), key[2])]
        if described:
            path = [name for _, name in above]
            rows.append(
                f"| `{'.'.join(path)}` | {_default(defaults, path)} |"
                f" {described.replace('|', chr(92) + '|')} |"
            )
            described = ""
    return "\n".join(rows) + "\n"


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
        patches = [{"path": "taken-away.yml"}] if plain.keys() - other.keys() else []
        changed = [other[key] for key in other.keys() & plain.keys() if other[key] != plain[key]]
        for thing in changed:
            # Lists of other kinds would be joined with those of the base.
            assert thing["kind"] in ("ConfigMap", "Pod"), identity(thing)
        changed = sorted((thing for thing in changed if thing["kind"] == "ConfigMap"), key=identity)
        folder = K8S / "components" / name
        kustomization: Object = {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "resources": ["added.yml"],
        }
        files[folder / "added.yml"] = HEAD + _documents(added)
        if plain.keys() - other.keys():
            gone = [plain[key] for key in sorted(plain.keys() - other.keys())]
            deletions = [
                {
                    "apiVersion": thing["apiVersion"],
                    "kind": thing["kind"],
                    "metadata": _who(thing),
                    "$patch": "delete",
                }
                for thing in gone
            ]
            files[folder / "taken-away.yml"] = HEAD + _documents(deletions)
        if changed:
            patches.append({"path": "changed.yml"})
            small = [
                {key: thing[key] for key in ("apiVersion", "kind", "data")} | {"metadata": _who(thing)}
                for thing in changed
            ]
            files[folder / "changed.yml"] = HEAD + _documents(small)
        if patches:
            kustomization["patches"] = patches
        files[folder / "kustomization.yaml"] = HEAD + _documents([kustomization])
    return files


def _who(thing: Object) -> Object:
    return {key: thing["metadata"][key] for key in ("name", "namespace")}


def _with_sources(text: str) -> list[tuple[str, Object]]:
    parts = re.split(r"(?m)^---\n# Source: [^\n]*/templates/([a-z/-]+)\.yaml\n", text)
    return [
        (name, thing) for name, part in zip(parts[1::2], parts[2::2], strict=True) for thing in objects(part)
    ]


def _default(values: Any, path: list[str]) -> str:
    for name in path:
        values = values[name]
    text = yaml.safe_dump(values, default_flow_style=True, width=10**6).strip().removesuffix("\n...").strip()
    return f"`{text}`"


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
        # The chart renders its own copies of the pipelines: they come before what is rendered.
        for path in sorted(WORKFLOWS.glob("*.yml")):
            shutil.copyfile(path, CHART / "files" / "workflows" / path.name)
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
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not shutil.which("helm"):
        print("k8s/base and k8s/components are left as they are: helm is not installed", file=sys.stderr)
    return 0


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
