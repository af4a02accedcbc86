import gzip
import io
import os
import threading
import tracemalloc
import zlib
from types import SimpleNamespace

import pytest

from opendome.elements import _rows, _source, read_catalogue
from opendome.errors import InputError
from tests._catalogues import FORMS, ISS, as_csv, as_json, as_kvn, as_xml, omm

MEBIBYTE = 2**20

WRITTEN = {"tle": ISS} | {form: write([omm()]) for form, write in FORMS.items()}


class Endless(io.RawIOBase):
    """A head, then one piece for ever."""

    def __init__(self, head, piece):
        self.rest, self.piece = head, piece * (65_536 // len(piece) + 1)

    def readable(self):
        return True

    def read(self, size=-1):
        assert size >= 0, "read as a whole"
        while len(self.rest) < size:
            self.rest += self.piece
        part, self.rest = self.rest[:size], self.rest[size:]
        return part


class Packed(io.RawIOBase):
    """A stream as gzip, packed as it is read."""

    def __init__(self, stream):
        self.stream, self.packer, self.packed = stream, zlib.compressobj(1, wbits=31), b""

    def readable(self):
        return True

    def read(self, size=-1):
        if not self.packed:
            self.packed = self.packer.compress(self.stream.read(65_536))
            self.packed += self.packer.flush(zlib.Z_SYNC_FLUSH)
        part, self.packed = self.packed[:size], self.packed[size:]
        return part


def read_stdin(monkeypatch, stream):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=stream))
    return read_catalogue("-")


@pytest.mark.parametrize("form", WRITTEN)
def test_gzip_and_standard_input_in_every_form(read_text, monkeypatch, form):
    data = WRITTEN[form].encode()
    packed = gzip.compress(data[:300]) + gzip.compress(data[300:])  # two members, as cat makes
    for one in (data, packed):
        catalogues = (read_text(one), read_stdin(monkeypatch, io.BytesIO(one)))
        for catalogue in catalogues:
            assert catalogue.form == form.split()[0]
            assert catalogue.elements.catalog_number.tolist() == [25544]


def test_a_pipe_that_gives_a_byte_at_a_time(monkeypatch):
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1))

    data = gzip.compress(ISS.encode())
    assert read_stdin(monkeypatch, Slow(data)).elements.name == ("ISS (ZARYA)",)


def test_a_named_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(ISS,))
    writer.start()
    assert read_catalogue(tmp_path / "pipe").elements.name == ("ISS (ZARYA)",)
    writer.join()


HTML = "<!DOCTYPE html>\n<html><body><h1>403 Forbidden</h1></body></html>"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "the file is empty; expected TLE lines, or CCSDS OMM as JSON, XML, CSV or KVN"),
        (b" \r\n\t\n", "nothing but blanks; expected"),
        (b"\xef\xbb\xbf", "nothing but blanks; expected"),
        (gzip.compress(b""), "the file is empty; expected"),
        (HTML.encode(), "an HTML page, as servers send with an error; open it in a browser"),
        (gzip.compress(HTML.encode()), "an HTML page"),
        (b"<?xml version='1.0'?>" + HTML.encode(), "an HTML page"),
        (b"<?xml version='1.0'?><kml></kml>", "XML that holds no <omm>; expected"),
        (b"No GP data found\n", "text that begins 'No GP data found'; expected TLE lines"),
        (b"\x1b[31mred\n", r"text that begins '\?\[31mred'"),
        (b"[INFO] started\n", r"text that begins '\[INFO\] started'"),
        (b"name,altitude_km\nA,550\n", "text that begins 'name,altitude_km'"),
        (b"[]", "holds no record; expected TLE lines"),
        (as_csv([]).encode(), "holds no record"),
        (b"CCSDS_OEM_VERS = 2.0\nEPOCH = 1", "a CCSDS OEM message; expected"),
        (bytes(range(256)), "binary data; expected .*, plain or as gzip"),
        (ISS.encode("utf-16"), "UTF-16 text, not UTF-8; expected"),
        (b"PK\x03\x04rest", "a zip archive; expected .*, plain or as gzip"),
        (gzip.compress(gzip.compress(ISS.encode())), "gzip inside gzip; expected"),
        (gzip.compress(ISS.encode())[:-9], "the gzip data are cut off or damaged"),
        (gzip.compress(ISS.encode())[:40] + b"x" * 80, "the gzip data are cut off or damaged"),
        (gzip.compress(ISS.encode()) + b"rest", "cannot be read: Not a gzipped file"),
        (b"\x1f\x8b", "the gzip data are cut off or damaged"),
    ],
)
def test_what_is_no_catalogue_is_named(read_text, data, found):
    with pytest.raises(InputError, match=f"catalogue: {found}") as error:
        read_text(data)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.tle", "No such file"), (".", "Is a directory"), ("nul\0", "embedded null")],
)
def test_a_path_that_cannot_be_opened(tmp_path, name, reason):
    with pytest.raises(InputError, match=rf"{reason}.*; give a catalogue file, or - for stdin"):
        read_catalogue(f"{tmp_path}/{name}")


def test_no_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="standard input: there is none; give a file"):
        read_catalogue("-")


def test_a_failing_disk_is_one_line(monkeypatch):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(InputError, match="standard input: cannot be read: Input/output error"):
        read_stdin(monkeypatch, Broken())


def test_a_fault_of_our_own_is_not_called_bad_input(monkeypatch, read_text):
    def faulty(self, line, name, row):
        raise ValueError("a slip")

    monkeypatch.setattr(_rows.Collector, "add", faulty)
    with pytest.raises(ValueError, match=r"^a slip$"):
        read_text(ISS)


# Memory -----------------------------------------------------------------------------------

JSON_HEAD = as_json([omm()])[:-1].encode()
XML_HEAD = as_xml([omm()]).replace("</ndm>\n", "").encode()
KVN_HEAD = as_kvn([omm()]).encode()
CSV_HEAD = as_csv([omm()]).encode()


@pytest.mark.parametrize(
    ("head", "piece", "found"),
    [
        (b"", b"\0", "binary data"),
        (b"", b"x", "text that begins 'xxx"),
        (b"", b"junk and more\n", "text that begins 'junk and more'"),
        (ISS.encode(), b"x", "line 4 has more than 4,096 characters"),
        (ISS.encode(), b"junk\n", "more than 1,000 records cannot be used, the first being line 4"),
        (ISS.encode(), b"\n", "more than 20,000 lines; a catalogue has a thousandth of that"),
        (ISS.encode(), b" " * 2000 + b"\n", "more than 16 MiB"),
        (b"", ISS.encode(), "more than 2,000 records; a catalogue of one day has fewer"),
        (JSON_HEAD, b"x", "JSON without an end of record in 32,768 characters"),
        (JSON_HEAD + b',{"A":"', b"x", "JSON without an end of record in 32,768 characters"),
        (JSON_HEAD, b"[", "more than 16 MiB"),
        (JSON_HEAD, b",{}", "more than 1,000 records cannot be used, the first being record 2"),
        (JSON_HEAD, b",0", "more than 1,000 records cannot be used, the first being record 2"),
        (XML_HEAD, b"<omm></omm>", "more than 1,000 records cannot be used"),
        (XML_HEAD + b"<omm><EPOCH>", b"x", "more than 16 MiB"),
        (XML_HEAD + b"<", b"x", "a tag, comment or text of more than 262,144 bytes"),
        (CSV_HEAD, b"x", "line 3 has more than 4,096 characters"),
        (CSV_HEAD, b"x,y\n", "more than 1,000 records cannot be used, the first being line 3"),
        (KVN_HEAD, b"x", "line 25 has more than 4,096 characters"),
        (KVN_HEAD, b"COMMENT " * 500 + b"\n", "more than 16 MiB"),
        (KVN_HEAD, b"CCSDS_OMM_VERS = 2.0\n", "more than 1,000 records cannot be used"),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_endless_input_ends_early_in_little_memory(monkeypatch, head, piece, found, packed):
    monkeypatch.setattr(_rows, "MAX_RECORDS", 2000)
    monkeypatch.setattr(_rows, "MAX_BAD", 1000)
    monkeypatch.setattr(_source, "MAX_BYTES", 16 * MEBIBYTE)
    monkeypatch.setattr(_source, "MAX_LINES", 20_000)
    stream = Endless(head, piece)
    stream = Packed(stream) if packed else stream
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=f"standard input: .*{found}"):
            read_stdin(monkeypatch, stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEBIBYTE  # half of what is read at most


def test_a_huge_file_is_refused_as_it_lies_there(tmp_path):
    path = tmp_path / "huge.tle"
    path.write_text(ISS)
    os.truncate(path, 10 * 2**30)  # sparse: it takes no room on the disk
    with pytest.raises(InputError, match="binary data"):
        read_catalogue(path)
    path.write_text(ISS * 500)  # more than is looked at to tell the form
    os.truncate(path, 10 * 2**30)
    with pytest.raises(InputError, match=r"huge\.tle: more than 4,096 MiB; a catalogue has"):
        read_catalogue(path)
