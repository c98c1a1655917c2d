"""The glossary uses the right terms and says why the slides' were changed."""

import pytest

from demos import glossary, text


def test_words_are_those_of_the_text_files():
    assert len(glossary.words()) == len(set(glossary.words())) >= 14
    for word in glossary.words():
        assert text.text(f"glossary.word.{word}.term", "en")


@pytest.mark.parametrize(
    ("word", "right", "slide"),
    [
        ("gan", "생성적 적대 신경망", "생산적"),
        ("discriminator", "판별자", "분류자"),
        ("instantaneous_frequency", "위상의 시간 변화율", "위상 = 순간 주파수"),
        ("phase", "일정한 양만큼", "감소"),
        ("frequency", "2π", "시간상의 변화"),
        ("alternating", "번갈아", "교차로"),
        ("progressive", "프로그레시브", "프로그래시브"),
        ("network", "인공신경망", "인경신경망"),
        ("magenta", "마젠타", "마제단"),
        ("speedwagon", "스피드왜건", "스피드웨건"),
    ],
)
def test_corrections_of_the_slides_are_explained(word, right, slide):
    entry = text.text(f"glossary.word.{word}.term", "ko") + text.text(f"glossary.word.{word}.means", "ko")
    assert right in entry
    assert slide in entry
