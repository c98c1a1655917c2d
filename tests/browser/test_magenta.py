"""The tour as a visitor meets it: cards, kinds, tries, keys, the address."""

import pytest


@pytest.fixture
def tour(open_page):
    """A function that opens the tour."""

    def opened(query="", **options):
        page = open_page(f"?tab=magenta&lang=en{query}", **options)
        page.wait_for_selector("#magenta-stage [data-detail]:not([hidden])")
        return page

    return opened


def shown(page):
    return page.locator("#magenta-stage [data-detail]:visible").get_attribute("data-detail")


def pick(page, name):
    page.locator(f"#magenta-stage [data-system={name}]").click()


def notice(page):
    return page.locator("#magenta-stage .tour-notice").inner_text()


def test_a_card_opens_and_stands_in_the_address(tour):
    page = tour()
    assert shown(page) == "gansynth"
    pick(page, "music_vae")
    assert shown(page) == "music_vae"
    assert page.locator("#magenta-stage .tour-dot[data-now]").get_attribute("data-dot") == "music_vae"
    page.locator("#magenta-stage [data-kind=notes]").click()
    aside = page.locator("#magenta-stage .tour-card[data-aside]").evaluate_all(
        "(all) => all.map((one) => one.dataset.makes)"
    )
    assert sorted(set(aside)) == ["data", "sound", "strokes"]
    page.wait_for_function("location.search.includes('magenta=notes_music_vae')")
    page.reload()
    page.wait_for_selector("#magenta-stage [data-detail=music_vae]:not([hidden])")
    page.locator("#magenta-stage [data-action=restore]").click()
    assert shown(page) == "gansynth"


@pytest.mark.parametrize("text", ["all", "notes_nobody", "other_nsynth", "all_nsynth_2"])
def test_an_unreadable_state_opens_the_first_setting(tour, text):
    page = tour(f"&magenta={text}")
    assert shown(page) == "gansynth"
    assert page.locator("[data-notice=unreadableState]").is_visible()


def test_the_tries_notice_success(tour):
    page = tour()
    page.locator("[data-section=magenta][data-try='1']").click()
    pick(page, "music_vae")
    assert "hears a piano" in notice(page)
    pick(page, "onsets_and_frames")
    assert "first finds the moments" in notice(page)
    page.locator("[data-section=magenta][data-try='2']").click()
    for name in ("nsynth", "wave2midi2wave"):
        pick(page, name)
        assert "Open all three" in notice(page)
    pick(page, "gansynth")
    assert "All three" in notice(page)
    page.locator("[data-section=magenta][data-try='3']").click()
    page.locator("#magenta-stage a[data-tab=gansynth]:visible").click()
    page.wait_for_selector("#section-gansynth >> visible=true")
    assert page.locator("[data-section=magenta][data-done]").count() == 3


def test_papers_open_apart_and_nothing_is_fetched(tour):
    links = (
        tour().locator("#magenta-stage a[target=_blank]").evaluate_all("(all) => all.map((one) => [one.href, one.rel])")
    )
    assert len(links) == 9
    assert all(href.startswith("https://") and "noopener" in rel for href, rel in links)


def test_by_keys_alone(tour):
    page = tour()
    page.locator("#magenta-stage [data-system=nsynth]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown(page) == "sketch_rnn"
