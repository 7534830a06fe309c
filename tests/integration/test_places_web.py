"""Web sources as their servers are: GET decides, validators may move, and no redirect leads astray."""

from __future__ import annotations

import contextlib
import gzip
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from authority import authority
from components import catalog_of, rows, step

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError
from jobs.pipelines.alert import alert
from jobs.settings import read_settings
from jobs.sources.lake.loading import choose, load_lake
from jobs.storage.retry import Backoff
from jobs.storage.web import encoded, open_address
from jobs.telemetry.records import RunRecord

QUICK = Backoff(attempts=2, initial=0.01, maximum=0.02, jitter=0.01)
BODY = b"code,zone\n" + b"".join(b"%05d,B2\n" % number for number in range(1000))
KEEP = "{class: none, treatment: keep}"
POLICY = f"domain: external\ncolumns:\n  code: {KEEP}\n  zone: {KEEP}\n"
Says = Callable[[BaseHTTPRequestHandler], None]


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


@contextmanager
def saying(says: Says, context: Any = None) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server that says what `says` has it say, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            says(self)

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def load(folder: Path, location: str, extra: str = "", **environment: str) -> Any:
    text = (
        "domain: external\ndefaults: {owner: team, producer: INSEE, licence: LO}\nsources:\n  zones:\n"
        f'    location: "{location}"\n{extra}'
        "    columns: {code: {type: VARCHAR, required: true}, zone: VARCHAR}\n"
    )
    catalog = catalog_of(folder / "catalog", external=text, policy_external=POLICY)
    home = Path(environment.pop("ZLV_HOME", str(folder / "home")))
    with step("load-lake", home, **environment) as (settings, run):
        load_lake(settings, choose(catalog), run, 1, QUICK)
        return run.record


def loaded(folder: Path) -> int:
    file = folder / "home" / "raw" / "external" / "zones.duckdb"
    return int(rows(file, "SELECT count(*) FROM zones")[0][0])


@pytest.mark.parametrize("status", [403, 404, 405, 500, 501])
def test_a_server_that_refuses_head_is_read(tmp_path: Path, status: int) -> None:
    """D8"""

    def says(handler: BaseHTTPRequestHandler) -> None:
        send(handler, BODY, status if handler.command == "HEAD" else 200)

    with saying(says) as (address, _):
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000


def test_a_head_without_length_or_of_another_length_changes_nothing(tmp_path: Path) -> None:
    """D8: what HEAD tells of a length is not believed."""

    def says(handler: BaseHTTPRequestHandler) -> None:
        send(handler, b"" if handler.command == "HEAD" else BODY)

    with saying(says) as (address, _):
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000


def test_an_empty_answer_is_an_empty_file_and_the_last_good_one_stands(tmp_path: Path) -> None:
    """D8: Content-Length 0."""
    bodies = [BODY]
    with saying(lambda handler: send(handler, bodies[0])) as (address, _):
        load(tmp_path, f"{address}/zones.csv")
        bodies[0] = b""
        with pytest.raises(DataRefused, match="0 rows"):
            load(tmp_path, f"{address}/zones.csv")
    assert loaded(tmp_path) == 1000


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_a_validator_that_is_new_at_each_request_does_not_stop_a_load(tmp_path: Path, name: str) -> None:
    """D8"""
    count = iter(range(100))

    def says(handler: BaseHTTPRequestHandler) -> None:
        send(handler, BODY, **{name.replace("-", "_"): f'"{next(count)}"'})

    with saying(says) as (address, _):
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000


def test_a_validator_that_holds_still_saves_the_reading(tmp_path: Path) -> None:
    """D8"""
    with saying(lambda handler: send(handler, BODY, ETag='"same"')) as (address, _):
        load(tmp_path, f"{address}/zones.csv")
        assert load(tmp_path, f"{address}/zones.csv").facts["unchanged"] == 1


def test_accents_and_blanks_in_an_address_travel_encoded(tmp_path: Path) -> None:
    """D8"""
    with saying(lambda handler: send(handler, BODY)) as (address, asked):
        assert load(tmp_path, f"{address}/données été/zones [1].csv?année=2025&q=a b%20c").rows == 1000
    path = "/donn%C3%A9es%20%C3%A9t%C3%A9/zones%20%5B1%5D.csv?ann%C3%A9e=2025&q=a%20b%20c"
    assert set(asked) == {f"GET {path}"}
    assert encoded("https://exämple.fr/100%/a%2Fb") == "https://xn--exmple-cua.fr/100%25/a%2Fb"


def test_a_body_that_travels_compressed_is_read(tmp_path: Path) -> None:
    """D8: some servers compress whatever is asked."""
    packed = gzip.compress(BODY)
    with saying(lambda handler: send(handler, packed, Content_Encoding="gzip")) as (address, _):
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000
    with (
        saying(lambda handler: send(handler, packed[:-20], Content_Encoding="gzip")) as (address, _),
        pytest.raises(Temporary),
    ):
        load(tmp_path, f"{address}/other.csv")


def test_two_lengths_that_differ_are_no_length(tmp_path: Path) -> None:
    """S9"""

    def says(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for length in (len(BODY), 500):
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(BODY)

    with saying(says) as (address, _), pytest.raises(SettingsError, match="Content-Length that is no number"):
        load(tmp_path, f"{address}/zones.csv")


@pytest.mark.parametrize("length", ["abc", "-5", "12, 12", "0x10"])
def test_a_length_that_is_no_number_is_said(tmp_path: Path, length: str) -> None:
    """N13, S9"""
    with (
        saying(lambda handler: send(handler, BODY, Content_Length=length)) as (address, _),
        pytest.raises(SettingsError, match="Content-Length that is no number"),
    ):
        load(tmp_path, f"{address}/zones.csv")


def cut(handler: BaseHTTPRequestHandler) -> None:
    send(handler, BODY[:5000], Content_Length=str(len(BODY)))


def cut_chunk(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n" + BODY[:2000])
    handler.close_connection = True


def no_answer(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"this is no HTTP\r\n\r\n")


@pytest.mark.parametrize("says", [cut, cut_chunk, no_answer])
def test_an_answer_that_breaks_off_is_temporary_and_the_last_good_file_stands(
    tmp_path: Path, says: Says
) -> None:
    """D8"""
    with saying(lambda handler: send(handler, BODY)) as (address, _):
        load(tmp_path, f"{address}/zones.csv")
    with saying(says) as (address, _), pytest.raises(Temporary):
        load(tmp_path, f"{address}/zones.csv")
    assert loaded(tmp_path) == 1000


def redirect(to: str, status: int = 302) -> Says:
    def says(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/zones"):
            send(handler, b"", status, Location=to)
        else:
            send(handler, BODY)

    return says


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path, status: int) -> None:
    """S9"""
    with saying(redirect("/there.csv", status)) as (address, _):
        assert load(tmp_path, f"{address}/zones.csv").rows == 1000


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


@pytest.mark.parametrize("name", ["a[1].csv", "what?.csv", "it's é.csv", "a b#1%.csv", "home [x]*/zones.csv"])
def test_a_file_of_any_name_is_read(tmp_path: Path, name: str) -> None:
    """S12: of a folder as of a bucket."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(BODY)
    if "*" not in name:
        assert load(tmp_path, str(tmp_path / name)).rows == 1000
    with saying(lambda handler: send(handler, BODY)) as (address, _):
        home = (tmp_path / name.replace("?", "")).with_suffix(".home")
        assert load(tmp_path, f"{address}/zones.csv", ZLV_HOME=str(home)).rows == 1000


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


def test_a_status_is_told_with_its_code(tmp_path: Path) -> None:
    """D8: 404 is an absence, 410 too; what refuses is 64, what may pass is 75."""
    kinds: dict[int, type[ZlvError]] = {401: SettingsError, 400: SettingsError, 501: SettingsError}
    kinds |= {500: Temporary, 503: Temporary, 429: Temporary}
    for status, kind in kinds.items():
        with saying(lambda handler, s=status: send(handler, b"", s)) as (address, _), pytest.raises(kind):  # type: ignore[misc]
            load(tmp_path, f"{address}/zones.csv")
    for status in (404, 410):
        with saying(lambda handler, s=status: send(handler, b"", s)) as (address, _):  # type: ignore[misc]
            record = load(tmp_path, f"{address}/zones.csv?key=canary")
            assert any("is absent" in note for note in record.notes)
            assert "canary" not in "".join(record.notes)
