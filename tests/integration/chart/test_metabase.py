"""Metabase reads the clean file."""

from __future__ import annotations

from chart import VARIANTS, identity, objects, render


def test_metabase_reads_and_never_writes_the_clean_volume() -> None:
    for variant in ("metabase", "metabase from releases"):
        things = {identity(thing): thing for thing in objects(render(VARIANTS[variant]))}
        deployment = things["Deployment", "zlv-warehouse-metabase"]
        spec = deployment["spec"]["template"]["spec"]
        containers = {each["name"]: each for each in spec["containers"]}
        sidecars = {each["name"]: each for each in spec["initContainers"] if "restartPolicy" in each}
        (mount,) = (mount for mount in containers["metabase"]["volumeMounts"] if mount["name"] == "clean")
        assert mount["readOnly"] is True
        claims = [
            volume["persistentVolumeClaim"]["claimName"]
            for volume in spec["volumes"]
            if "persistentVolumeClaim" in volume
        ]
        if variant == "metabase":
            assert claims == ["zlv-warehouse-clean"]
            assert not sidecars
        else:
            assert claims == []
            assert sidecars["follow"]["command"] == ["zlv", "follow", "--every", "20"]
            assert "affinity" not in spec
