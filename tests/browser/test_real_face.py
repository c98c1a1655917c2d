"""The faces tab as a visitor meets it: the bet, fair rounds, one by one, one's own face, the walk, the score."""

import base64
import contextlib
import io
import json
import os
import re
import time
from pathlib import Path

import axe_playwright_python
import numpy as np
import pytest
from PIL import Image

from core.faces import data, sample

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy
VIEWS = ("lineup", "single", "longer", "own", "walk", "score")
HAS_PORTRAITS = bool(data.showable(64))
needs_portraits = pytest.mark.skipif(not HAS_PORTRAITS, reason="no portraits in the data folder")


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page
        page.wait_for_selector("#real_face-stage button[data-view][aria-pressed=true]")  # it is alive

    def find(self, selector):
        return self.page.locator(f"#real_face-stage {selector}")

    def choose(self, group, value):
        self.find(f"button[data-{group}='{value}']:visible").click()

    def act(self, action):
        self.find(f"[data-action={action}]").click()

    def open(self, view):
        self.choose("view", view)
        self.settle(view)

    def settle(self, view):
        ready = {
            "lineup": ".find-cell:visible >> nth=0",
            "single": "[data-single=picture]:visible",
            "longer": ".longer-faces img:visible >> nth=7",
            "own": ".find-own:visible",
            "walk": "[data-action=play]:enabled",
            "score": "[data-text=scoreSays]:not(:empty)",
        }
        if view == "single" and not HAS_PORTRAITS:
            ready["single"] = "[data-text=singleResult]:not(:empty)"
        self.find(ready[view]).first.wait_for(timeout=PATIENCE_MS)

    def wait_for(self, name, pattern):
        locator = self.find(f"[data-text={name}]").filter(has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def says(self, name):
        return self.find(f"[data-text={name}]").text_content()

    def cells(self, truth):
        return self.find(f".find-cell[data-truth={truth}]:visible").count()

    def play_line_up(self, cell="3"):
        self.settle("lineup")
        self.choose("cell", cell)
        self.act("reveal")
        self.find(":is([data-action=next], [data-action=fair]):visible").first.wait_for(timeout=PATIENCE_MS)

    def answer_single(self, said="real", confidence=70):
        self.settle("single")
        self.choose("said", said)
        self.choose("confidence", confidence)
        self.act("judge")
        self.find("[data-action=nextSingle]").wait_for(timeout=PATIENCE_MS)

    def bring(self, file, name="me.jpg"):
        self.find("[data-file]").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": file})

    def pixels(self, canvas):
        """(height, width, 4) int."""
        url = self.find(canvas).evaluate("(canvas) => canvas.toDataURL()")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")).astype(int)

    def results(self):
        return json.loads(self.page.evaluate("sessionStorage.getItem('real_face')") or "null")


@pytest.fixture
def stage(open_page):
    """A function that opens a view."""

    def opened(view="lineup", kind="bet", lang="en", size="laptop", **options):
        stage = Stage(open_page(f"?tab=real_face&lang={lang}&real_face={view}_{kind}", size, **options))
        stage.settle(view)
        return stage

    return opened


@pytest.fixture(scope="module")
def me():
    """A picture file of a face: a portrait on a larger ground, or a generated one."""
    if HAS_PORTRAITS:
        face = data.read(data.showable(128)[0], 128)
    else:
        face = sample.faces(np.zeros((1, sample.load().latent_size)))[0]
    image = Image.new("RGB", (500, 500), (120, 130, 150))
    image.paste(Image.fromarray(face).resize((320, 320)), (90, 60))
    image.save(file := io.BytesIO(), "JPEG", quality=92)
    return file.getvalue()


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_in_any_view(stage, switch_to, size):
    faces = stage(size=size)
    for view in VIEWS:
        faces.open(view)
        for lang in ("ko", "en"):
            switch_to(faces.page, lang)
            layout = faces.page.evaluate(LAYOUT)
            found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets")}
            assert found == {"overlaps": [], "outside": [], "smallTargets": []}, (view, lang)
            assert layout["sideways"] <= 0, (view, lang)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(open_page, theme):
    faces = Stage(open_page(f"?tab=real_face&lang=en&__theme={theme}", reduced_motion="reduce"))
    faces.play_line_up()
    faces.page.evaluate(AXE)
    for view in VIEWS:
        faces.open(view)
        found = faces.page.evaluate("() => axe.run({resultTypes: ['violations']})")
        assert [(rule["id"], node["target"]) for rule in found["violations"] for node in rule["nodes"]] == [], view


@pytest.mark.parametrize("size", ["hall", "laptop"])
def test_the_reveal_is_large_on_the_projector(open_page, size):
    faces = Stage(open_page("?tab=real_face&lang=ko&projector=1", size))
    faces.play_line_up()
    layout = faces.page.evaluate(LAYOUT)
    assert layout["smallWords"] == []
    assert layout["overlaps"] == []
    assert "사실 다 가짜임" in faces.says("result")


@needs_portraits
def test_the_state_stands_in_the_address_and_comes_back(stage):
    faces = stage("lineup", "four")
    faces.open("walk")
    faces.page.wait_for_function("location.search.includes('walk_four')")
    faces.page.wait_for_function("document.querySelector('#real_face-stage [data-figure=varied]').width > 300")
    faces.page.reload()
    again = Stage(faces.page)
    again.settle("walk")
    again.choose("view", "lineup")
    assert again.find("button[data-kind=four]").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("text", ["lineup", "lineup_ten", "other_bet", "lineup_bet_0"])
def test_an_unreadable_state_opens_the_lectures_setting(open_page, text):
    faces = Stage(open_page(f"?tab=real_face&lang=en&real_face={text}"))
    assert faces.find(".find").get_attribute("data-view") == "lineup"
    assert faces.page.locator("[data-notice=unreadableState]").is_visible()


# ---- line-ups ----


def test_the_bet_is_all_fake_and_the_stake_is_owed(stage):
    faces = stage()
    faces.find("[data-stake]").fill("<b>ice cream</b>")
    assert "<b>ice cream</b>" in faces.says("wager")
    faces.play_line_up("4")
    assert faces.says("result") == "Actually, all are fake"
    assert faces.cells("generated") == 9
    assert "I owe everybody <b>ice cream</b>" in faces.says("detail")
    assert (
        faces.find(
            ".find b",
        )
        .filter(has_text="ice cream")
        .count()
        == 0
    )
    first = faces.find(".find-cell img").first.get_attribute("src")
    faces.act("fair")
    faces.page.wait_for_function("location.search.includes('lineup_four')")
    assert faces.results() is None or faces.results()["lineups"] == []  # the bet does not count
    faces.choose("kind", "bet")
    faces.page.wait_for_function(
        "(old) => { const image = document.querySelector('#real_face-stage .find-cell:not([hidden]) img');"
        " return image && image.src && image.src !== old; }",
        arg=first,
    )


def test_a_class_that_has_voted_needs_no_choice_on_the_projector(stage):
    faces = stage()
    faces.act("reveal")
    faces.wait_for("result", "all are fake")
    assert faces.cells("generated") == 9


@needs_portraits
@pytest.mark.parametrize(("kind", "n"), [("four", 4), ("nine", 9)])
def test_a_fair_round_has_one_real_face_and_is_counted(stage, kind, n):
    faces = stage("lineup", kind)
    faces.play_line_up("1")
    assert (faces.cells("real"), faces.cells("generated")) == (1, n - 1)
    is_found = faces.find(".find-cell[data-truth=real]").get_attribute("data-cell") == "1"
    assert ("Right" in faces.says("result")) == is_found
    assert re.search(r"[Tt]o the discriminator number \d looked|The discriminator picked", faces.says("detail"))
    [counted] = faces.results()["lineups"]
    assert counted["isRight"] == is_found
    assert f"{int(is_found)} found of 1" in faces.says("tally")


def test_after_the_reveal_faces_are_looked_at_closely(stage):
    faces = stage()
    faces.play_line_up("0")
    zoom = "(canvas) => canvas.toDataURL()"
    faces.page.wait_for_timeout(300)
    first = faces.find("[data-figure=zoom]").evaluate(zoom)
    faces.choose("cell", 5)
    assert "Number 6" in faces.says("zoom")
    faces.page.wait_for_timeout(300)
    second = faces.find("[data-figure=zoom]").evaluate(zoom)
    assert second != first
    faces.act("patches")
    faces.page.wait_for_timeout(300)
    assert faces.find("[data-figure=zoom]").evaluate(zoom) != second


def test_by_keys_alone(stage):
    faces = stage()
    faces.find(".find-cell").first.focus()
    faces.page.keyboard.press("7")
    assert faces.find("[data-cell='6']").get_attribute("aria-pressed") == "true"
    for _ in range(20):
        faces.page.keyboard.press("Tab")
        if faces.page.evaluate("document.activeElement.dataset.action") == "reveal":
            break
    faces.page.keyboard.press("Enter")
    faces.find("[data-action=fair]").wait_for(timeout=PATIENCE_MS)
    faces.page.wait_for_function("document.activeElement.dataset.action === 'fair'")
    if not HAS_PORTRAITS:
        return
    faces.page.keyboard.press("Enter")
    faces.find(".find-cells[data-count='4'] .find-cell").first.wait_for(timeout=PATIENCE_MS)
    faces.find(".find-cell").first.focus()
    faces.page.keyboard.press("2")
    faces.act("reveal")
    faces.page.wait_for_function("document.activeElement.dataset.action === 'next'", timeout=PATIENCE_MS)
    faces.page.keyboard.press("Enter")  # and then to the first face
    focused = "document.activeElement.matches('#real_face-stage [data-cell=\"0\"]')"
    faces.page.wait_for_function(focused, timeout=PATIENCE_MS)
    faces.page.keyboard.press("3")
    assert faces.find("[data-cell='2']").get_attribute("aria-pressed") == "true"


def test_a_round_that_the_server_has_lost_is_followed_by_another(open_page):
    def lose(route):
        is_answer = '"answer"' in (route.request.post_data or "")
        route.fulfill(json={"isLost": True}) if is_answer else route.continue_()

    faces = Stage(open_page("?tab=real_face&lang=en", route=(re.compile("component_server"), lose)))
    faces.settle("lineup")
    faces.choose("cell", 2)
    faces.act("reveal")
    faces.find(".find-notice").filter(has_text="lost this round").wait_for(timeout=PATIENCE_MS)
    faces.settle("lineup")
    assert faces.find("[aria-pressed=true].find-cell").count() == 0


@needs_portraits
def test_a_server_that_is_gone_leaves_a_way_on(open_page):
    gone = []

    def fail(route):
        is_draw = '"draw"' in (route.request.post_data or "")
        route.fulfill(status=200, body="") if gone and is_draw else route.continue_()

    faces = Stage(open_page("?tab=real_face&lang=en", route=(re.compile("component_server"), fail)))
    faces.play_line_up()
    gone.append(True)
    faces.act("fair")
    faces.find(".find-notice").filter(has_text="does not answer").wait_for(timeout=PATIENCE_MS)
    gone.clear()
    faces.act("next")
    faces.settle("lineup")
    assert not faces.find(".find-notice").is_visible()


def test_what_is_revealed_is_counted_under_its_own_kind(open_page):
    """Whoever goes elsewhere while the answer is under way finds it when they come back."""
    held = []

    def hold(route):
        held.append(route) if '"answer"' in (route.request.post_data or "") and not held else route.continue_()

    faces = Stage(open_page("?tab=real_face&lang=en", route=(re.compile("component_server"), hold)))
    faces.settle("lineup")
    faces.choose("cell", 1)
    faces.act("reveal")
    faces.page.wait_for_timeout(300)
    faces.choose("kind", "four")
    [answer] = held
    answer.continue_()
    faces.page.wait_for_timeout(1500)
    assert faces.results() is None or faces.results()["lineups"] == []
    faces.choose("kind", "bet")
    faces.wait_for("result", "all are fake")


# ---- one by one, and the score ----


@needs_portraits
def test_answers_are_counted_and_outlive_language_tab_and_reload(stage):
    faces = stage("single")
    assert faces.find("[data-action=judge]").is_disabled()
    right = []
    for said, confidence in (("real", 90), ("generated", 60), ("real", 50)):
        faces.answer_single(said, confidence)
        right.append("Right" in faces.says("singleResult"))
        faces.act("nextSingle")
    singles = faces.results()["singles"]
    assert [one["isRight"] for one in singles] == right
    assert [one["confidence"] for one in singles] == [90, 60, 50]
    faces.open("score")
    faces.wait_for("scoreSays", f"{sum(right)} of 3 right")
    hits = sum(one["isReal"] and one["saidReal"] for one in singles)
    n_real = sum(one["isReal"] for one in singles)
    assert faces.says("hits") == f"{hits} of {n_real}"
    police = sum(one["isReal"] == one["policeSaidReal"] for one in singles) / 3
    shown = faces.find("[data-row=police] .score-number").inner_text()
    assert float(shown.rstrip("%")) == pytest.approx(100 * police, abs=0.06)
    assert "90% confidence" in faces.find("[data-figure=calibration]").get_attribute("aria-label")
    faces.page.get_by_role("tab", name="Neuron").click()
    faces.page.wait_for_selector("#neuron-stage .neuron-formula b")  # whole: a reload breaks off what still loads
    faces.page.get_by_role("tab", name="Find the real face").click()
    faces.page.locator("#lecture-header button[data-lang=ko]").click()
    faces.wait_for("scoreSays", "3장 가운데")
    faces.page.reload()
    again = Stage(faces.page)
    again.wait_for("scoreSays", "of 3 right")
    again.page.once("dialog", lambda dialog: dialog.dismiss())
    again.act("anew")
    assert len(again.results()["singles"]) == 3
    again.page.once("dialog", lambda dialog: dialog.accept())
    again.act("anew")
    again.wait_for("scoreSays", "Answer a few")
    assert again.results()["singles"] == []


@needs_portraits
def test_the_second_try_notices_ten_answers(open_page):
    page = open_page("?tab=real_face&lang=en")
    page.locator("[data-section=real_face][data-try='2']").click()
    faces = Stage(page)
    for _ in range(9):
        faces.answer_single()
        faces.act("nextSingle")
    faces.answer_single()
    faces.find(".find-notice[data-kind=good]").filter(has_text="Ten done").wait_for()
    assert page.locator("[data-section=real_face][data-try='2'][data-done]").count() == 1


@needs_portraits
def test_the_score_card_is_a_picture(stage):
    faces = stage("single")
    faces.answer_single()
    faces.open("score")
    faces.wait_for("scoreSays", "of 1 right")
    with faces.page.expect_download() as download:
        faces.act("card")
    with Image.open(download.value.path()) as card:
        assert card.size == (1200, 630)
        assert len(card.convert("RGB").getcolors(1_000_000)) > 20


def test_which_had_learnt_longer(stage):
    faces = stage("longer")
    faces.choose("longer", 0)
    result = faces.wait_for("longerResult", "had learnt longer")
    steps = [int(re.sub(r"\D", "", faces.says(f"steps{side}"))) for side in (0, 1)]
    assert f"{'AB'[steps[1] > steps[0]]} had learnt longer" in result
    assert ("Right" in result) == (steps[0] > steps[1])
    assert faces.results()["longers"] == [{"isRight": steps[0] > steps[1]}]


# ---- one's own face ----


@needs_portraits
def test_ones_own_face_is_found_aligned_hidden_and_forgotten(stage, me):
    faces = stage("own")
    faces.bring(me)
    faces.wait_for("own", "aligned them")
    mine = faces.find("[data-own=face]").get_attribute("src")
    faces.act("hide")
    faces.settle("lineup")
    sources = [image.get_attribute("src") for image in faces.find(".find-cell img").all()]
    assert len(sources) == 9
    assert sources.count(mine) == 1
    faces.choose("cell", sources.index(mine))
    faces.act("reveal")
    assert "Found!" in faces.wait_for("result", "was hiding")
    faces.act("back")
    faces.act("forget")
    faces.wait_for("own", "Forgotten")
    assert not faces.find("[data-own=face]").is_visible()


def test_eyes_are_shown_by_hand_or_by_keys(stage):
    Image.new("RGB", (400, 300), (200, 210, 220)).save(file := io.BytesIO(), "PNG")
    faces = stage("own")
    faces.bring(file.getvalue(), "blank.png")
    faces.wait_for("own", "No eyes were found")
    canvas = faces.find("[data-figure=own]")
    for x in (0.4, 0.6):
        box = canvas.bounding_box()
        canvas.click(position={"x": x * box["width"], "y": 0.5 * box["height"]})
    faces.wait_for("own", "aligned them")
    faces.act("byHand")
    canvas.focus()
    for key in ["Space", *["ArrowRight"] * 6, "Space"]:
        faces.page.keyboard.press(key)
    faces.wait_for("own", "aligned them")


def test_files_that_are_no_pictures_are_said_and_moving_and_turned_ones_are_taken(stage):
    faces = stage("own")
    faces.bring(b"not a picture")
    faces.wait_for("own", "cannot be read")
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    frames[0].save(moving := io.BytesIO(), "GIF", save_all=True, append_images=frames[1:])
    faces.bring(moving.getvalue(), "moving.gif")
    faces.wait_for("own", "No eyes were found")
    assert faces.find("[data-figure=own]").evaluate("(one) => [one.width, one.height]") == [60, 40]
    exif = Image.Exif()
    exif[0x0112] = 6
    frames[0].save(turned := io.BytesIO(), "JPEG", exif=exif)
    faces.bring(turned.getvalue(), "turned.jpg")
    faces.page.wait_for_function("document.querySelector('#real_face-stage [data-figure=own]').height === 60")


def test_the_camera_takes_a_picture_and_is_turned_off(stage):
    faces = stage("own")
    faces.act("camera")
    faces.find("[data-action=shoot]").wait_for(timeout=PATIENCE_MS)
    faces.page.wait_for_function("document.querySelector('#real_face-stage video').videoWidth > 0")
    faces.act("shoot")
    faces.wait_for("own", "No eyes|aligned them")
    assert faces.find("video").evaluate("(video) => video.srcObject") is None


def test_where_the_browser_gives_no_camera_it_says_why(open_page):
    page = open_page("?tab=opening&lang=en", locale="en-GB")  # a context of its own, which the script stays in
    page.context.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    page.goto(page.url.split("?")[0] + "?tab=real_face&lang=en&real_face=own_bet")
    faces = Stage(page)
    faces.wait_for("ownWhy", "give no camera")
    assert not faces.find("[data-action=camera]").is_visible()
    assert faces.find(".own-file").is_visible()


def test_a_face_is_nowhere_on_the_disk(run_app, guarded_environment, chromium, tmp_path, me):
    """Neither the file, nor its base64, in what the server has written or holds open."""
    places = {name: tmp_path / name for name in ("home", "temporary")}
    for place in places.values():
        place.mkdir()
    environment = {**guarded_environment, "HOME": str(places["home"]), "TMPDIR": str(places["temporary"])}
    began = time.time()
    with run_app(["app.py"], environment) as (address, process):
        page = chromium.new_page()
        page.goto(f"{address}/?tab=real_face&lang=en&real_face=own_bet")
        faces = Stage(page)
        with page.expect_request(lambda request: '"bring"' in (request.post_data or "")) as sent:
            faces.bring(me)
        if faces.wait_for("own", "No eyes|aligned them").startswith("Found"):
            faces.act("hide")
            faces.settle("lineup")
        encoded = json.loads(sent.value.post_data)["data"]["file"]
        traces = [base64.b64decode(encoded)[2000:2064], encoded[3000:3064].encode()]
        root = Path(__file__).parent.parent.parent
        written = [
            path
            for folder in (*places.values(), root)
            for path in folder.rglob("*")
            if not {".git", "__pycache__", ".pytest_cache"} & set(path.parts) and is_newer(path, began)
        ]
        open_files = [Path(os.readlink(one)) for one in Path(f"/proc/{process.pid}/fd").iterdir()]
        for path in {*written, *(path for path in open_files if path.is_file())}:
            with contextlib.suppress(FileNotFoundError):  # another test's, gone meanwhile
                content = path.read_bytes()
                assert not any(trace in content for trace in traces), path
        page.close()


def is_newer(path, began):
    try:
        return path.is_file() and path.stat().st_mtime >= began
    except FileNotFoundError:
        return False


# ---- the walk ----


def test_the_walk_moves_and_reaches_the_other_face(open_page):
    page = open_page("?tab=real_face&lang=en")
    page.locator("[data-section=real_face][data-try='3']").click()
    faces = Stage(page)
    faces.settle("walk")
    read = "(canvas) => canvas.toDataURL()"
    first = faces.find("[data-figure=walk]").evaluate(read)
    faces.act("play")
    faces.find(".find-notice[data-kind=good]").filter(has_text="do not exist").wait_for(timeout=PATIENCE_MS)
    assert faces.find("[data-figure=walk]").evaluate(read) != first  # and it rests there
    faces.page.wait_for_function("document.querySelector('#real_face-stage [data-setting=place]').value === '1'")
    goal = faces.pixels("[data-figure=end]")
    before = faces.find("[data-figure=end]").evaluate(read)
    faces.act("onward")
    faces.page.wait_for_function(
        "(old) => document.querySelector('#real_face-stage [data-figure=end]').toDataURL() !== old", arg=before
    )
    assert np.abs(faces.pixels("[data-figure=start]") - goal).mean() < 4  # WebP loses a little


def test_truncation_changes_the_faces(stage):
    faces = stage("walk")
    varied = faces.find("[data-figure=varied]")
    changed = "(old) => document.querySelector('#real_face-stage [data-figure=varied]').toDataURL() !== old"
    faces.page.wait_for_function("document.querySelector('#real_face-stage [data-figure=varied]').width > 300")
    before = varied.evaluate("(canvas) => canvas.toDataURL()")
    change = "(input) => { input.value = 0; input.dispatchEvent(new Event('input', {bubbles: true})); }"
    faces.find("[data-setting=truncation]").evaluate(change)
    faces.page.wait_for_function(changed, arg=before, timeout=PATIENCE_MS)


# ---- without portraits ----


def test_without_portraits_it_says_so_and_plays_what_needs_none(run_app, guarded_environment, chromium, tmp_path):
    with run_app(["app.py"], {**guarded_environment, "LECTURE_DATA": str(tmp_path)}) as (address, _):
        page = chromium.new_page()
        page.goto(f"{address}/?tab=real_face&lang=en&real_face=lineup_nine")
        faces = Stage(page)
        faces.wait_for("result", "no real photographs")
        faces.choose("kind", "bet")
        faces.play_line_up()
        assert faces.cells("generated") == 9
        faces.choose("view", "single")
        faces.wait_for("singleResult", "no real photographs")
        faces.open("longer")
        page.close()
