"""The data folder: found where it is, fetched when asked, never taken when it is not what was published."""

import functools
import hashlib
import http.server
import re
import threading

import pytest

from core import downloads

CONTENT = {
    "a.gz": b"first file",
    "b.gz": b"second file",
    "deep/er/c.jpg": b"third file",
    "張啓楷/不 100%25#1?.jpg": b"whose name means something else in an address",
}


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A data set on a server of this machine, and an empty data folder."""
    source = tmp_path / "published"
    source.mkdir()
    for name, data in CONTENT.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=source)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()}
    monkeypatch.setitem(downloads.DATASETS, "small", downloads.Dataset(f"http://127.0.0.1:{server.server_port}/", sums))
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path / "data"))
    yield source
    server.shutdown()
    server.server_close()


def test_fetched_when_asked_and_then_found(published):
    assert downloads.find("small") is None
    assert downloads.main(["small"]) == 0
    assert downloads.find("small") == downloads.data_folder() / "small"
    folder = downloads.find("small")
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    assert found == CONTENT


def test_fetched_at_the_start_only_where_the_environment_says_so(published, monkeypatch):
    for name in ("mnist", "faces"):
        monkeypatch.delitem(downloads.DATASETS, name)
    for value in (None, "0", ""):
        monkeypatch.delenv("LECTURE_DOWNLOAD", raising=False)
        if value is not None:
            monkeypatch.setenv("LECTURE_DOWNLOAD", value)
        assert downloads.download_wanted() == 0
        assert downloads.find("small") is None
    monkeypatch.setenv("LECTURE_DOWNLOAD", "1")
    assert downloads.download_wanted() == 0
    assert downloads.find("small") is not None


def test_what_was_not_published_is_not_kept(published, capsys):
    (published / "b.gz").write_bytes(b"something else")
    assert downloads.main(["small"]) == 1
    assert "small: could not be fetched" in capsys.readouterr().err
    assert downloads.find("small") is None
    assert not (downloads.data_folder() / "small" / "b.gz").exists()


def test_a_file_that_was_changed_is_not_taken(published):
    downloads.download("small")
    (downloads.data_folder() / "small" / "a.gz").write_bytes(b"first fils")
    assert downloads.find("small") is None


def test_without_a_network_the_command_says_so(published, monkeypatch, capsys):
    dataset = downloads.DATASETS["small"]
    monkeypatch.setitem(downloads.DATASETS, "small", downloads.Dataset("http://127.0.0.1:1/", dataset.sha256))
    assert downloads.main(["small"]) == 1
    assert "small: could not be fetched" in capsys.readouterr().err


def test_the_folder_is_the_one_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    assert downloads.data_folder() == tmp_path
    monkeypatch.delenv("LECTURE_DATA")
    assert downloads.data_folder().name == "music-made-by-ai"


def test_addresses_are_quoted_and_pinned():
    dataset = downloads.DATASETS["faces"]
    assert dataset.urls.keys() == dataset.sha256.keys()
    assert all(
        re.fullmatch(r"https://[\w.]+(/[\w.-]+){2}/[0-9a-f]{40}(/[\w.%-]+)+", url, re.ASCII)
        for url in dataset.urls.values()
    )
    of_taiwan = [url for url in dataset.urls.values() if "/weryk153/legislator-background/f286e545" in url]
    assert len(of_taiwan) == 21
    assert sum(url.endswith("/%E5%BC%B5%E5%95%93%E6%A5%B7-%E4%B8%8D%E5%88%86%E5%8D%80.jpg") for url in of_taiwan) == 1


def test_an_unknown_data_set_is_refused(capsys):
    with pytest.raises(SystemExit):
        downloads.main(["unknown"])
    assert "mnist" in capsys.readouterr().err
