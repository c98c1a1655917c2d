"""The neuron as a visitor meets it: tries, gates, learning, the address, finger and keyboard."""

from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import axe_playwright_python
import pytest

from core import neuron
from demos import text

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
GATES = ["and", "or", "nand", "xor"]


@pytest.fixture
def stage(open_page):
    return Stage(open_page("?tab=neuron&lang=en"))


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page

    def drag(self, **values):
        script = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"
        for name, value in values.items():
            self.page.locator(f'[data-param="{name.replace("__", ".")}"]').evaluate(script, value)

    def press(self, **data):
        [(name, value)] = data.items()
        self.page.locator(f'button[data-{name}="{value}"]').click()

    def attempt(self, number):
        self.page.locator(f'[data-try="{number}"]').click()

    @property
    def line(self):
        return self.page.locator(".neuron-task").inner_text()

    @property
    def status(self):
        return self.page.locator(".neuron-status").inner_text()

    @property
    def marks(self):
        rows = self.page.locator(".learn-book tbody tr")
        return [value == "true" for value in rows.evaluate_all("(rows) => rows.map((row) => row.dataset.right)")]

    @property
    def picture(self):
        """Everything on the stage that shows the state: controls, formula, and the figures in words."""
        return self.page.locator(".neuron").evaluate("""(root) => [
          root.dataset.view,
          root.querySelector('.neuron-formula').innerText,
          ...[...root.querySelectorAll('input')].map((input) => input.value),
          ...[...root.querySelectorAll('[aria-pressed]')].map((button) => button.getAttribute('aria-pressed')),
          ...[...root.querySelectorAll('[role=img]')].map((figure) => figure.getAttribute('aria-label')),
        ]""")

    def number(self, name):
        return float(self.page.locator(f'[data-param="{name}"]').input_value())

    def hurry(self):
        """Steps come as soon as the last one is done, not sixty times a second, and nothing but words is drawn."""
        self.page.add_style_tag(content=".neuron :is(svg, canvas) { display: none !important; }")
        self.page.evaluate("""() => {
          window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()));
          window.cancelAnimationFrame = clearTimeout;
        }""")

    def wait_for_line(self, words, timeout=30_000):
        self.page.locator(".neuron-task", has_text=words).wait_for(timeout=timeout)


def live(key, **values):
    return text.live("neuron")["en"][key].format(**values)


def test_it_opens_quiet_and_fires_when_the_input_is_raised(stage):
    assert stage.status == live("quiet", sum="0.40", theta="1.00")
    stage.attempt(1)
    assert stage.line == live("taskFire", theta="1.00", sum="")
    stage.drag(inputs__0=0.6)
    assert stage.line == live("taskFireDone", sum="1.00", theta="1.00")
    assert stage.status == live("fires", sum="1.00", theta="1.00")
    assert stage.page.locator("[data-try='1'][data-done]").count() == 1


def test_a_screen_reader_hears_the_last_of_many_changes_and_a_result_once(stage):
    stage.page.evaluate("""() => {
      window.heard = {alert: [], status: []};
      for (const role of ['alert', 'status']) {
        const line = document.querySelector(`.neuron [role=${role}]`);
        new MutationObserver(() => heard[role].push(line.textContent)).observe(line, {childList: true});
      }
    }""")
    stage.attempt(1)
    for x in (0.3, 0.4, 0.5, 0.6):
        stage.drag(inputs__0=x)
    stage.page.wait_for_timeout(900)
    stage.drag(inputs__0=0.8)
    stage.page.wait_for_timeout(900)
    heard = stage.page.evaluate("window.heard")
    assert heard["alert"] == [live("taskFireDone", sum="1.00", theta="1.00")]
    assert heard["status"] == [live("fires", sum=total, theta="1.00") for total in ("1.00", "1.30")]


def test_and_by_hand_is_noticed_and_explained(stage):
    stage.attempt(2)
    assert stage.line == live("taskAnd", right=2)
    stage.drag(neuron__weights__0=1, neuron__weights__1=1.2)
    assert "Done" not in stage.line
    stage.drag(neuron__theta=1.5)
    assert stage.line == live("taskAndDone", one="1.00", other="1.20", theta="1.50", both="2.20")
    stage.drag(neuron__theta=0.5)
    assert "Done" not in stage.line, "undone again when it is no AND any more"


@pytest.mark.parametrize(("size", "query"), [("laptop", "&projector=1"), ("phone", "")])
def test_what_to_do_stays_in_view(open_page, size, query):
    stage = Stage(open_page(f"?tab=neuron&lang=en{query}", size))
    stage.attempt(2)
    stage.page.locator('[data-param="neuron.theta"]').evaluate("(slider) => slider.scrollIntoView({block: 'end'})")
    box = stage.page.locator(".neuron-task").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] < stage.page.viewport_size["height"] / 2


def test_xor_with_two_layers_is_noticed(stage):
    stage.attempt(3)
    assert stage.line == live("taskXor", right=3)
    stage.drag(layers__hidden__1__weights__0=-1, layers__hidden__1__weights__1=-1, layers__hidden__1__theta=-1.5)
    assert stage.line == live("taskXorDone")
    assert stage.marks == [True] * 4


@pytest.mark.parametrize("view", ["neuron", "layers"])
def test_presets_make_their_gates(stage, view):
    stage.press(view=view)
    for gate in GATES:
        stage.press(problem=gate)
        cannot = gate == "xor" and view == "neuron"
        assert sum(stage.marks) == (3 if cannot else 4), gate
        assert stage.page.locator(".neuron-task").is_visible() == cannot, gate
        labels = stage.page.locator(".plane-example").evaluate_all("(groups) => groups.map((g) => g.dataset.label)")
        assert [int(label) for label in labels] == list(neuron.GATES[gate]), gate


@pytest.mark.parametrize("activation", neuron.ACTIVATIONS)
def test_the_formula_says_what_the_reference_says(stage, activation):
    stage.press(activation=activation)
    stage.drag(
        inputs__0=0.55,
        inputs__1=0.4,
        inputs__2=0.85,
        neuron__weights__0=-2.3,
        neuron__weights__2=1.7,
        neuron__theta=-0.6,
    )
    z = neuron.weighted_sum([0.55, 0.4, 0.85], [-2.3, 1.0, 1.7], 0.6)
    y = float(neuron.activate(activation, z))
    shown = stage.page.locator(".neuron-formula").inner_text().replace("−", "-")
    assert f"= {z:.2f}" in shown
    assert shown.endswith(f"f({z:.2f}) = {y:.{0 if activation == 'step' else 2}f}")
    assert "-2.3×0.55 + 1.0×0.40 + 1.7×0.85 + 0.6" in shown


@pytest.mark.parametrize("gate", ["and", "or", "nand"])
@pytest.mark.parametrize("activation", ["step", "sigmoid", "tanh"])
def test_one_neuron_learns_the_gate(stage, gate, activation):
    stage.press(view="neuron")
    stage.press(activation=activation)
    stage.press(problem=gate)
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("All right!")
    assert stage.marks == [True] * 4


def test_learning_follows_the_reference_example_by_example(stage):
    stage.press(problem="and")
    stage.press(action="rewind")
    *weights, bias = neuron.starting_weights(1, 4, 1.0)
    for i in range(8):
        stage.press(action="step")
        corner, label = neuron.CORNERS[i % 4], neuron.GATES["and"][i % 4]
        weights, bias = neuron.perceptron_step(weights, bias, [*corner, 0], label, 0.5)
        current = stage.page.locator(".learn-book tr.current").inner_text()
        assert current.startswith(f"({corner[0]}, {corner[1]})")
    for i, weight in enumerate(weights):
        assert stage.number(f"neuron.weights.{i}") == pytest.approx(weight, abs=0.051)  # the sliders step by 0.1
    assert stage.number("neuron.theta") == pytest.approx(-bias, abs=0.051)


def test_same_seed_rewinds_to_the_same_start(stage):
    stage.press(problem="or")
    stage.press(action="rewind")
    start = stage.page.locator(".neuron-formula").inner_text()
    for _ in range(5):
        stage.press(action="step")
    assert stage.page.locator(".neuron-formula").inner_text() != start
    stage.press(action="rewind")
    assert stage.page.locator(".neuron-formula").inner_text() == start
    stage.press(action="reseed")
    assert stage.page.locator(".neuron-formula").inner_text() != start


def test_one_neuron_gives_up_on_xor_and_says_why(stage):
    stage.press(view="neuron")
    stage.press(problem="xor")
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("no single line separates XOR")
    assert sum(stage.marks) < 4


def test_two_layers_learn_xor(stage):
    stage.press(view="layers")
    stage.press(problem="xor")
    stage.press(activation="tanh")
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("All right!")
    assert stage.marks == [True] * 4
    chart = stage.page.locator(".learn-error canvas").get_attribute("aria-label")
    assert chart.startswith("The error over time. At first ")


def test_step_cannot_teach_two_layers_and_says_so(stage):
    stage.press(view="layers")
    stage.press(problem="xor")
    stage.press(action="play")
    assert stage.line == live("noGradient")


def test_too_high_a_rate_is_caught(open_page):
    seed_and_rate = "8_10"
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron=layers_relu_nand_none_0_0_0{'_1' * 13}_{seed_and_rate}"))
    stage.press(action="rewind")
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("The rate is too high")
    assert "NaN" not in stage.page.locator(".neuron").inner_text()


def test_a_dead_relu_is_named(open_page):
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron=neuron_relu_and_none_0_0_0_-1_-1_0_-1{'_1' * 9}_1_0.1"))
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("a dead ReLU")


def test_a_saturated_network_is_not_called_a_dead_relu(open_page):
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron=layers_tanh_xor_none_0_0_0{'_1' * 13}_8_10"))
    stage.press(action="rewind")
    stage.press(action="play")
    stage.wait_for_line("The slope is nearly 0")


def test_a_local_minimum_is_called_one(open_page):
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron=layers_tanh_xor_none_0_0_0{'_1' * 13}_3_0.5"))
    stage.press(action="rewind")
    stage.hurry()
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("a local minimum", timeout=120_000)


def test_learning_without_a_problem_begins_with_and(stage):
    stage.press(action="step")
    assert stage.line == live("chooseProblem")
    assert stage.page.locator("[data-problem=and]").get_attribute("aria-pressed") == "true"


def test_learning_ends_the_try_that_was_under_way(stage):
    stage.attempt(1)
    stage.press(action="step")
    assert stage.line == live("chooseProblem")
    assert stage.page.locator("[data-try][aria-pressed=true]").count() == 0


@pytest.mark.parametrize("state", ["open try", "done", "impossible", "learned", "layers"])
def test_axe_finds_nothing_in_any_state(open_page, state):
    stage = Stage(open_page("?tab=neuron&lang=ko&__theme=light", reduced_motion="reduce"))
    if state == "open try":
        stage.attempt(2)
    if state == "done":
        stage.attempt(1)
        stage.drag(inputs__0=0.9)
    if state == "impossible":
        stage.press(problem="xor")
    if state == "learned":
        stage.press(problem="and")
        stage.press(action="rewind")
        stage.press(action="step")
    if state == "layers":
        stage.attempt(3)
    stage.page.locator(".face-more summary").click()
    stage.page.evaluate(AXE)
    for theme in ("light", "dark"):
        stage.page.evaluate("(isDark) => lecture.setDark(isDark)", theme == "dark")
        found = stage.page.evaluate("() => axe.run({resultTypes: ['violations']})")
        assert [(rule["id"], node["target"]) for rule in found["violations"] for node in rule["nodes"]] == [], theme


def test_learning_stops_when_the_tab_is_left(stage):
    stage.press(problem="xor")
    stage.press(action="play")
    stage.page.locator("#tab-glossary-button").click()
    stage.page.wait_for_selector(".glossary dl")
    stage.page.locator("#tab-neuron-button").click()
    stage.page.wait_for_selector(".neuron:not(.is-playing)")


def test_reset_brings_back_the_lectures_setting(stage):
    before = stage.picture
    stage.press(view="layers")
    stage.press(problem="nand")
    stage.press(activation="tanh")
    assert stage.picture != before
    stage.press(action="restore")
    assert stage.picture == before


def test_state_travels_in_the_address(stage, open_page):
    stage.press(view="layers")
    stage.press(activation="sigmoid")
    stage.press(problem="xor")
    stage.drag(inputs__0=0.35, layers__hidden__1__theta=-3.7, layers__output__weights__1=6.2)
    stage.page.wait_for_timeout(400)
    again = Stage(open_page("?" + urlsplit(stage.page.url).query))
    for name in ("inputs.0", "layers.hidden.1.theta", "layers.output.weights.1"):
        assert again.number(name) == stage.number(name)
    assert again.picture == stage.picture


GOOD = "cell_step_free_none_0.2_0.1_0_1.5_1_-1_-1_1_1_-0.5_-1_-1_1.5_1_1_-1.5_1_0.5"


def test_the_address_of_the_lectures_setting(stage):
    stage.drag(inputs__0=0.3)
    stage.press(action="restore")
    stage.page.wait_for_timeout(400)
    assert parse_qs(urlsplit(stage.page.url).query)["neuron"] == [GOOD]


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        GOOD.replace("cell", "brain"),
        GOOD.replace("step", "constructor"),
        GOOD + "_1",
        GOOD.replace("0.2", "NaN"),
        GOOD.replace("0.2", "2"),
        GOOD.replace("1.5", "1e999"),
        GOOD.replace("1.5", "1001"),
        GOOD.replace("0.2", ""),
        "_" * 5000,
        "<img src=x onerror=alert(1)>",
    ],
)
def test_an_unreadable_state_is_said_and_replaced(open_page, bad):
    page = open_page(f"?tab=neuron&lang=en&neuron={quote(bad)}")
    page.locator("[data-notice=unreadableState]").wait_for(state="visible")
    assert Stage(page).status == live("quiet", sum="0.40", theta="1.00")


@pytest.mark.parametrize(
    "mixed", [("cell", "layers"), ("free_none", "xor_fire"), ("free_none", "or_and"), ("none", "xor")]
)
def test_a_try_that_does_not_fit_is_dropped(open_page, mixed):
    state = GOOD.replace("_none_", "_fire_") if mixed[0] == "cell" else GOOD
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron={state.replace(*mixed)}"))
    assert "Try" not in stage.page.locator(".neuron-task").inner_text()
    assert stage.page.locator("[data-try][aria-pressed=true]").count() == 0


def test_a_try_in_the_address_is_under_way(open_page):
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron={GOOD.replace('_none_', '_fire_').replace('0.2', '0.9', 1)}"))
    assert stage.line.startswith("Done!")
    assert stage.page.locator("[data-try='1'][aria-pressed=true][data-done]").count() == 1


def test_another_function_ends_the_try(stage):
    stage.attempt(1)
    stage.press(activation="relu")
    assert not stage.page.locator(".neuron-task").is_visible()
    stage.drag(inputs__0=0.8)
    assert stage.status == live("graded", z="0.30", y="0.30", cut="0.5")


def test_rounded_numbers_are_not_called_equal(stage):
    assert "− θ = 1.5×0.20" in stage.page.locator(".neuron-formula").inner_text()
    stage.press(problem="and")
    stage.press(action="rewind")
    assert "− θ ≈ " in stage.page.locator(".neuron-formula").inner_text()


def test_wrong_but_without_a_slope_is_not_called_right(open_page):
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron=neuron_relu_nand_none_0_0_0_-1_-1_0_-1{'_1' * 9}_1_0.1"))
    stage.press(action="step")
    assert stage.page.locator(".learn-change").inner_text() == live("powerless")


def test_tanh_shows_the_outputs_that_its_labels_mean(stage):
    stage.press(activation="tanh")
    stage.press(problem="and")
    labels = stage.page.locator(".learn-book tbody td:nth-child(2)").all_text_contents()
    assert labels == ["0 (−1)", "0 (−1)", "0 (−1)", "1"]


def test_two_layers_open_with_the_problem_solved(stage):
    stage.press(problem="xor")
    assert stage.line == live("xorImpossible")
    stage.press(view="layers")
    assert stage.line == live("layersCan")
    assert stage.marks == [True] * 4


def test_a_weight_of_zero_is_silent(stage):
    stage.drag(neuron__weights__0=0, inputs__0=1)
    assert "silent" in stage.page.locator(".dendrite").first.get_attribute("class")
    assert stage.page.locator(".sign").first.text_content() == ""
    assert stage.page.locator(".flow").first.evaluate("(flow) => getComputedStyle(flow).opacity") == "0"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sum_and_the_outputs_stand_clear(open_page, theme):
    """In the figures text is drawn over shapes, which axe does not see."""
    stage = Stage(open_page(f"?tab=neuron&lang=en&__theme={theme}", reduced_motion="reduce"))
    stage.drag(neuron__theta=0)
    text_box = stage.page.locator(".sum-text").bounding_box()
    line = stage.page.locator(".threshold").bounding_box()
    assert text_box["y"] > line["y"] + line["height"] or text_box["y"] + text_box["height"] < line["y"]
    stage.press(view="layers")
    stage.drag(inputs__0=0, inputs__1=0)
    fills = stage.page.locator(".layers-figure .output-text").evaluate_all(
        "(all) => all.map((t) => getComputedStyle(t).fill)"
    )
    assert len(set(fills)) == 1, "y is quiet, so every number has the page's ink, though a hidden neuron fires"


def test_the_point_is_dragged_on_the_plane(stage):
    box = stage.page.locator(".plane-picture").bounding_box()

    def at(x1, x2):
        return box["x"] + box["width"] * (x1 + 0.25) / 1.5, box["y"] + box["height"] * (1.25 - x2) / 1.5

    stage.page.mouse.move(*at(0.2, 0.1))
    stage.page.mouse.down()
    stage.page.mouse.move(*at(0.5, 0.75), steps=4)
    stage.page.mouse.up()
    assert stage.number("inputs.0") == pytest.approx(0.5, abs=0.03)
    assert stage.number("inputs.1") == pytest.approx(0.75, abs=0.03)
    stage.page.mouse.move(*at(0.9, 0.9))
    assert stage.number("inputs.0") == pytest.approx(0.5, abs=0.03)


def test_a_finger_moves_a_slider_and_presses_a_try(open_page):
    page = open_page("?tab=neuron&lang=en", "phone", has_touch=True, is_mobile=True)
    page.locator('[data-try="1"]').tap()
    slider = page.locator('[data-param="inputs.0"]')
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    assert float(slider.input_value()) > 0.8
    assert "Done!" in page.locator(".neuron-task").inner_text()


def heat(page, x1, x2):
    """The heat map's colour at a point of the plane."""
    script = """(canvas, [x1, x2]) => {
      const place = (x) => Math.min(canvas.width - 1, Math.floor(((x + 0.25) / 1.5) * canvas.width));
      return [...canvas.getContext('2d').getImageData(place(x1), canvas.height - 1 - place(x2), 1, 1).data];
    }"""
    return page.locator(".plane-picture canvas").evaluate(script, [x1, x2])


def palette(page):
    """The colours that the style sheet gives to quiet and to firing."""
    script = """(picture) => ['--plane-quiet', '--plane-fire'].map(
      (name) => [...getComputedStyle(picture).getPropertyValue(name).trim().split(' ').map(Number), 255])"""
    return page.locator(".plane-picture").evaluate(script)


def test_the_heat_map_shows_where_it_fires(stage):
    stage.press(view="layers")
    quiet, fire = palette(stage.page)
    for gate in GATES:
        stage.press(problem=gate)
        for corner, label in zip(neuron.CORNERS, neuron.GATES[gate], strict=True):
            assert heat(stage.page, *corner) == (fire if label else quiet), (gate, corner)


def test_the_heat_map_is_graded_for_a_graded_function(stage):
    stage.press(activation="sigmoid")
    quiet, fire = palette(stage.page)
    for x1, x2 in [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0)]:
        y = neuron.output("sigmoid", [x1, x2, 0], [1.5, 1, -1], -1)
        wanted = [q + y * (f - q) for q, f in zip(quiet, fire, strict=True)]
        assert heat(stage.page, x1, x2) == pytest.approx(wanted, abs=3)


def test_the_decision_line_stands_where_the_sum_reaches_the_threshold(stage):
    stage.drag(
        inputs__2=0.6, neuron__weights__0=2.1, neuron__weights__1=-1.3, neuron__weights__2=1.9, neuron__theta=1.4
    )
    script = """(line) => {
      const size = line.ownerSVGElement.viewBox.baseVal.width;
      const at = (x, y) => [(x / size) * 1.5 - 0.25, 1.25 - (y / size) * 1.5];
      const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)));
      return [at(x1, y1), at(x2, y2)];
    }"""
    ends = stage.page.locator(".plane-picture .plane-line").first.evaluate(script)
    assert ends[0] != pytest.approx(ends[1], abs=0.1)
    for end in ends:
        assert neuron.weighted_sum([*end, 0.6], [2.1, -1.3, 1.9], -1.4) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("view", ["neuron", "layers"])
def test_a_connection_is_as_wide_as_its_weight_and_has_its_colour(stage, view):
    stage.press(view=view)
    name = {"neuron": "neuron__weights__0", "layers": "layers__hidden__0__weights__0"}[view]
    path = stage.page.locator(f".{'cell' if view == 'neuron' else view}-figure .dendrite").first
    seen = {}
    for weight in (-8, -2, -0.5, 0, 0.5, 2, 8):
        stage.drag(**{name: weight})
        seen[weight] = (float(path.get_attribute("stroke-width")), path.get_attribute("class").split()[1])
    widths = [seen[weight][0] for weight in (0, 0.5, 2, 8)]
    assert widths == sorted(set(widths))
    assert all(seen[weight][0] == seen[-weight][0] for weight in (0.5, 2, 8))
    assert [seen[weight][1] for weight in (-2, 0, 2)] == ["inhibitory", "silent", "excitatory"]


def test_the_error_chart_says_what_the_reference_measures(stage):
    def mean_error(weights, bias):
        sums = [neuron.weighted_sum([*corner, 0], weights, bias) for corner in neuron.CORNERS]
        labelled = zip(sums, neuron.GATES["and"], strict=True)
        return sum(neuron.squared_error("sigmoid", z, label) for z, label in labelled) / 4

    stage.press(activation="sigmoid")
    stage.press(problem="and")
    stage.press(action="rewind")
    *weights, bias = neuron.starting_weights(1, 4, 1.0)
    first = mean_error(weights, bias)
    for i in range(4):
        stage.press(action="step")
        label = neuron.GATES["and"][i]
        weights, bias = neuron.gradient_step("sigmoid", weights, bias, [*neuron.CORNERS[i], 0], label, 2.0)
    words = live("errorChart", first=f"{first:.2f}", last=f"{mean_error(weights, bias):.2f}")
    assert stage.page.locator(".learn-error canvas").get_attribute("aria-label") == words


def test_slow_learning_is_not_called_stuck(open_page):
    stage = Stage(open_page(f"?tab=neuron&lang=en&neuron=neuron_sigmoid_and_none_0_0_0_0.1_0.1_0_0{'_1' * 9}_1_0.01"))
    stage.hurry()
    stage.press(speed="fast")
    stage.press(action="play")
    stage.wait_for_line("the error is still falling", timeout=90_000)


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
@pytest.mark.parametrize("state", ["try 1", "try 2", "try 3", "learned", "extreme"])
def test_nothing_overlaps_in_any_state(open_page, switch_to, state, size):
    stage = Stage(open_page("?tab=neuron&lang=en", size, reduced_motion="reduce"))
    if state.startswith("try"):
        stage.attempt(state[-1])
    if state == "learned":
        stage.press(view="neuron")
        stage.press(activation="sigmoid")
        stage.press(problem="nand")
        stage.press(action="rewind")
        stage.press(action="step")
    if state == "extreme":
        stage.drag(
            **{f"neuron__weights__{i}": -8 for i in range(3)}, inputs__0=1, inputs__1=1, inputs__2=1, neuron__theta=-8
        )
        stage.press(activation="relu")
    for lang in ("ko", "en"):
        switch_to(stage.page, lang)
        layout = stage.page.evaluate(LAYOUT)
        assert [layout["overlaps"], layout["outside"]] == [[], []], lang
        assert layout["sideways"] <= 0, lang


def test_the_layout_check_sees_what_is_broken(open_page):
    """A check that sees nothing would let the tests above pass on any page."""
    page = open_page("?tab=neuron&lang=en")
    page.add_style_tag(
        content=".neuron-status { margin-top: -2.2em !important; } .button { min-height: 30px !important; }"
    )
    layout = page.evaluate(LAYOUT)
    assert layout["overlaps"]
    assert layout["smallTargets"]


def test_motion_stops_for_those_who_asked(open_page):
    page = open_page("?tab=neuron", reduced_motion="reduce")
    running = "document.getAnimations().filter((animation) => animation.playState === 'running').length"
    assert page.evaluate(running) == 0
    assert open_page("?tab=neuron").evaluate(running) > 0
