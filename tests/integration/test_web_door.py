"""No redirect leads astray, no server holds a stage for ever, and only web addresses are opened."""

from __future__ import annotations

import contextlib
import logging
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from authority import authority
from web_sources import BODY, load, redirect, saying, send

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.alert import alert
from jobs.settings import read_settings
from jobs.storage.web import open_address
from jobs.telemetry.records import RunRecord


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path, status: int) -> None:
    """S9"""
    with saying(redirect("/there.csv", status)) as (address, asked):
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000
    # Who asked about the size only does so there too.
    assert "HEAD /there.csv" in asked


def test_a_redirect_to_another_host_needs_its_declaration(tmp_path: Path) -> None:
    """S9"""
    with saying(lambda handler: send(handler, BODY)) as (other, asked):
        named = other.replace("127.0.0.1", "localhost")
        with saying(redirect(f"{named}/there.csv")) as (address, _):
            with pytest.raises(SettingsError, match="another host, localhost, which is not declared"):
                load(tmp_path, f"{address}/zones.csv")
            assert not asked
            extra = "    redirects_to: [localhost]\n"
            assert load(tmp_path, f"{address}/zones.csv", extra).rows == 1000


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:canary@127.0.0.1/x", "http://169.254.169.254/x"],
)
def test_a_redirect_to_where_nothing_is_read_is_refused(tmp_path: Path, to: str) -> None:
    """S9"""
    with saying(redirect(to)) as (address, _), pytest.raises(SettingsError) as caught:
        load(tmp_path, f"{address}/zones.csv")
    assert "canary" not in str(caught.value)


def test_a_circle_of_redirects_ends(tmp_path: Path) -> None:
    """S9"""
    with saying(redirect("/zones.csv")) as (address, asked), pytest.raises(SettingsError, match="circle"):
        load(tmp_path, f"{address}/zones.csv")
    assert len(asked) < 15


def test_a_redirect_never_leads_into_a_private_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S9: a public name that is declared may still resolve to an address inside; it is looked at there."""
    import socket

    plain = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *given, **named: plain(
            "127.0.0.1" if host.endswith("example.org") else host, *given, **named
        ),
    )
    settings = read_settings({"ZLV_HOME": str(tmp_path)})
    with saying(redirect("http://inside.example.org:PORT/there.csv")) as (address, asked):
        port = address.rsplit(":", 1)[1]
        says = redirect(f"http://inside.example.org:{port}/there.csv")
        with saying(says) as (other, _):
            named = other.replace("127.0.0.1", "data.example.org")
            with pytest.raises(SettingsError, match="inside a private network"):
                open_address(settings, f"{named}/zones.csv", redirects_to=["inside.example.org"])
        assert not asked


def test_https_never_becomes_http(tmp_path: Path) -> None:
    """S9, D6: the authority's own setting reaches web sources too."""
    import ssl

    own = authority(tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    trust = {"ZLV_CA_FILE": str(own.ca)}
    with (
        saying(lambda handler: send(handler, BODY)) as (plain, asked),
        saying(redirect(f"{plain}/there.csv"), context) as (address, _),
    ):
        with pytest.raises(SettingsError, match="ZLV_CA_FILE"):
            load(tmp_path, f"{address}/zones.csv")
        with pytest.raises(SettingsError, match="in clear"):
            load(tmp_path, f"{address}/zones.csv", "    redirects_to: ['127.0.0.1']\n", **trust)
        assert load(tmp_path, f"{address}/there.csv", **trust).rows == 1000
    assert not asked


def test_a_server_that_drips_is_left(tmp_path: Path) -> None:
    """S9: neither silent nor ever done."""

    def says(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.1)

    started = time.monotonic()
    settings = read_settings({"ZLV_HOME": str(tmp_path)})
    with (
        saying(says) as (address, _),
        open_address(settings, f"{address}/x", whole=1.0) as answer,
        pytest.raises(Temporary, match="took too long"),
    ):
        while answer.read(1 << 20):
            pass
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://x/y", "https://u:canary@x/y", "http://[::1"]
)
def test_what_is_no_web_address_is_not_opened(tmp_path: Path, address: str) -> None:
    """S9"""
    with pytest.raises(SettingsError, match="no web address") as caught:
        open_address(read_settings({"ZLV_HOME": str(tmp_path)}), address)
    assert "canary" not in str(caught.value)


def test_a_location_with_a_password_is_a_fault_of_the_catalog(tmp_path: Path) -> None:
    """S7"""
    with pytest.raises(SettingsError, match="no place for secrets") as caught:
        load(tmp_path, "https://user:canary@data.example.org/zones.csv")
    assert "canary" not in str(caught.value)


def test_an_alert_is_not_sent_on_to_anybody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """S9: the message stays with the webhook that was declared."""
    record = RunRecord("r1", "daily", 0.0, status="failed", exit_code=65)
    logging.getLogger("zlv").addHandler(caplog.handler)
    with (
        saying(lambda handler: send(handler, b"")) as (other, asked),
        saying(redirect(f"{other}/there", 307)) as (address, _),
    ):
        settings = read_settings({"ZLV_HOME": str(tmp_path), "ZLV_ALERT_URL": f"{address}/zones/key"})
        alert(settings, record)
    logging.getLogger("zlv").removeHandler(caplog.handler)
    assert not asked
    assert "could not be sent" in caplog.text and "key" not in caplog.text
