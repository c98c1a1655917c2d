"""The texts: the same keys in both languages, each used, none missing, no sentence anywhere else."""

import re
import string
from pathlib import Path

import pytest

import app
from demos import calls, classroom, classroom_rounds, classroom_views, frame, launch, server, text

ROOT = Path(__file__).parent.parent.parent
SHARED_PARTS = [
    "spectrograms",
    "review",
    "presenter",
    "classroom",
    "phone",
]  # of the browser's, with texts of their own
SOURCES = [
    path
    for folder in ("core", "demos", "assets/web")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".html", ".css"}
]


def test_both_languages_have_the_same_keys():
    assert text.texts("ko").keys() == text.texts("en").keys()


def test_every_text_says_something_with_the_same_blanks():
    for key, korean in text.texts("ko").items():
        english = text.texts("en")[key]
        assert korean.strip(), key
        assert english.strip(), key
        blanks = [sorted(name for _, name, _, _ in string.Formatter().parse(t) if name) for t in (korean, english)]
        assert blanks[0] == blanks[1], key


def with_scripts():
    return [*map(frame.section_id, app.SECTIONS), *SHARED_PARTS]


@pytest.fixture(scope="module")
def used_keys():
    """The keys that building the page asks for, those of messages, and those quoted in the browser's scripts."""
    asked = set()

    class Recorder(dict):
        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

    originals = {lang: text.texts(lang) for lang in text.LANGUAGES}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "texts", lambda lang: Recorder(originals[lang]))
        frame.build_page(app.SECTIONS)
        frame.head.__wrapped__()
        frame.face.block("face/broken.html")
        frame.face.render("phone/page.html", root="", live="")
        frame.face.render("classroom/remote.html", root="", live="", **classroom.controls())
    for module in (server, launch, calls):
        asked |= set(re.findall(r'"(server\.\w+)"', Path(module.__file__).read_text()))
    for module in (classroom_rounds, classroom_views):
        for key in re.findall(r'"(classroom\.[\w.{}]+)"', Path(module.__file__).read_text()):
            pattern = re.sub(r"\\{.*?\\}", r"\\w+", re.escape(key))
            asked |= {known for known in originals["ko"] if re.fullmatch(pattern, known)}
    for name in with_scripts():
        scripts = "".join(path.read_text() for path in (ROOT / "assets/web" / name).glob("*.js"))
        quoted = set(re.findall(r'"(\w+)"', scripts))
        asked |= {f"{name}.live.{key}" for key in text.live(name)["ko"] if key in quoted}
    return asked


def test_no_text_is_unused(used_keys):
    assert set(text.texts("ko")) - used_keys == set()


def test_no_text_is_missing(used_keys):
    assert used_keys - set(text.texts("ko")) == set()


def test_live_texts_that_scripts_ask_for_exist():
    for name in with_scripts():
        scripts = "".join(path.read_text() for path in (ROOT / "assets/web" / name).glob("*.js"))
        assert set(re.findall(r'(?<!\.)\bsay\("(\w+)"', scripts)) <= text.live(name)["ko"].keys()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_hangul_stands_only_in_the_text_files(path):
    allowed = {"한국어", "AI가 만드는 음악"}  # a language names itself; the project's name
    found = set(re.findall(r"[가-힣A-Za-z ]*[가-힣][가-힣A-Za-z ]*", path.read_text(encoding="utf-8")))
    assert {words.strip() for words in found} <= allowed


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        text.both("neuron.no_such_text")


def test_markdown_and_attributes_are_escaped(monkeypatch):
    monkeypatch.setattr(text, "texts", lambda lang: {"x": 'a **b** <script>"c"</script>'})
    assert text.inline("x", "ko") == "a <strong>b</strong> &lt;script&gt;&quot;c&quot;&lt;/script&gt;"
    assert text.label("x").startswith('aria-label="a **b** &lt;script>&quot;c&quot;&lt;/script>"')


def test_both_stands_in_both_languages():
    assert text.both("frame.title") == '<span lang="ko">AI가 만드는 음악</span><span lang="en">Music Made by AI</span>'


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("KO-kr", "ko"),
        ("en-GB,ko;q=0.9", "en"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_the_language_asked_for_first_is_the_one(header, lang):
    assert text.wanted_language(header) == lang
