"""Web sources as their servers are: GET decides, validators may move, bodies may be compressed or cut."""

from __future__ import annotations

import gzip
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from web_sources import BODY, Says, load, loaded, saying, send

from jobs.errors import DataRefused, SettingsError, Temporary, ZlvError
from jobs.storage.web import encoded


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
    assert set(asked) == {f"GET {path}", f"HEAD {path}"}
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


@pytest.mark.parametrize("name", ["a[1].csv", "what?.csv", "it's é.csv", "a b#1%.csv", "home [x]*/zones.csv"])
def test_a_file_of_any_name_is_read(tmp_path: Path, name: str) -> None:
    """S12: of a folder as of a bucket."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(BODY)
    # What the name would match, were it a pattern.
    (tmp_path / "a1.csv").write_bytes(BODY[:100])
    if "*" not in name:
        assert load(tmp_path, str(tmp_path / name)).rows == 1000
    with saying(lambda handler: send(handler, BODY)) as (address, _):
        home = (tmp_path / name.replace("?", "")).with_suffix(".home")
        assert load(tmp_path, f"{address}/zones.csv", ZLV_HOME=str(home)).rows == 1000


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
