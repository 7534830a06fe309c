"""Write what derives from values, pipelines and time zones in the README and the schema of the chart."""

from __future__ import annotations

import json
import re
import textwrap
import zoneinfo
from typing import Any

import yaml
from chart import CHART, WORKFLOWS, Object

# Names that a machine's zone files have, and no other machine's.
_LOCAL_ZONES = {"Factory", "localtime", "posixrules"}
_WAYS = {
    "web": "sources at `https://`",
    "webhook": "the webhook of alerts",
    "postgresql": "PostgreSQL",
    "s3": "S3",
}


def readme() -> str:
    """Give the README with its tables as they should be."""
    text = (CHART / "README.md").read_text(encoding="utf-8")
    for name, table in (("steps", steps_table()), ("values", values_table())):
        text = re.sub(
            rf"(<!-- {name}: begin -->\n).*(<!-- {name}: end -->)",
            lambda found, table=table: found[1] + table + found[2],  # type: ignore[misc] # bound per table
            text,
            flags=re.DOTALL,
        )
    return text


def schema() -> str:
    """Give the schema with its lists as they should be; a zone that this machine does not know stays."""
    text = (CHART / "values.schema.json").read_text(encoding="utf-8")
    known = set(json.loads(text)["$defs"]["timeZone"]["enum"]) | zoneinfo.available_timezones()
    text = _with_list(text, "timeZone", sorted(known - _LOCAL_ZONES))
    return re.sub(r'"\^\(prepare[^"]*"', f'"^({"|".join(steps())})$"', text)


def _with_list(text: str, name: str, values: list[str]) -> str:
    lines = textwrap.wrap(", ".join(json.dumps(value) for value in values), 100, break_on_hyphens=False)
    listed = "\n".join(f"        {line}" for line in lines)
    pattern = rf'("{name}": \{{\n?\s*"enum": \[)[^\]]*(\]\s*\}})'
    found, count = re.subn(
        pattern, lambda match: f'"{name}": {{\n      "enum": [\n{listed}\n      ]\n    }}', text
    )
    assert count == 1, name
    return found


def steps() -> dict[str, Object]:
    """Give the template of every step, by its name, in the order of the pipelines."""
    found: dict[str, Object] = {}
    for name in (
        "daily",
        "weekly",
        "yearly",
        "backup",
        *sorted(path.stem for path in WORKFLOWS.glob("*.yml")),
    ):
        manifest = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
        for template in manifest["spec"]["templates"]:
            if "container" in template:
                found.setdefault(template["name"], template)
    return found


def keys_of(template: Object) -> list[str]:
    """Name the secrets that a step mounts."""
    volumes = [volume for volume in template.get("volumes", ()) if volume["name"] == "keys"]
    return [item["key"] for volume in volumes for item in volume["secret"]["items"]]


def steps_table() -> str:
    """Write a row for each step: which keys it has, what it reaches, and what it only reads."""
    rows = ["| step | keys | reaches | raw files |", "|---|---|---|---|"]
    for name, template in steps().items():
        keys = ", ".join(f"`{key}`" for key in keys_of(template)) or "none"
        ways = template["metadata"]["annotations"]["zlv.fr/reaches"].split()
        reads = any(
            mount["mountPath"] == "/data/raw" and mount.get("readOnly")
            for mount in template["container"]["volumeMounts"]
        )
        reached = ", ".join(_WAYS[way] for way in ways) or "nothing"
        rows.append(f"| `{name}` | {keys} | {reached} | {'reads' if reads else 'writes'} |")
    return "\n".join(rows) + "\n"


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
            told = described.replace("|", chr(92) + "|")
            rows.append(f"| `{'.'.join(path)}` | {_default(defaults, path)} | {told} |")
            described = ""
    return "\n".join(rows) + "\n"


def _default(values: Any, path: list[str]) -> str:
    for name in path:
        values = values[name]
    text = yaml.safe_dump(values, default_flow_style=True, width=10**6).strip().removesuffix("\n...").strip()
    return f"`{text}`"
