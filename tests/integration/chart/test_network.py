"""All is denied, and each way out is one that is needed."""

from __future__ import annotations

from chart import objects, render


def test_all_is_denied_and_each_way_out_is_one_that_is_needed() -> None:
    policies = {
        thing["metadata"]["name"]: thing["spec"]
        for thing in objects(render())
        if thing["kind"] == "NetworkPolicy"
    }
    assert policies["zlv-warehouse-default-deny"].keys() == {"podSelector", "policyTypes"}
    ports = {
        name: [port["port"] for rule in spec.get("egress", []) for port in rule["ports"]]
        for name, spec in policies.items()
    }
    assert ports == {
        "zlv-warehouse-default-deny": [],
        "zlv-warehouse-dns": [53, 53],
        "zlv-warehouse-steps": [5432, 443],
        "zlv-warehouse-executor": [443, 6443],
    }
    assert not [
        thing
        for thing in objects(render({"networkPolicy": {"enabled": False}}))
        if thing["kind"] == "NetworkPolicy"
    ]
