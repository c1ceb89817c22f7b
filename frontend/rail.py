"""The rail: controls that show the description and change nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from experiments.codec import SEED
from experiments.race import MAX_RUNS, Race, conditions, resolve, sets_no_rate
from experiments.race_link import COORDINATE, NOISE, STEPS, from_link, to_link
from experiments.run import Run
from experiments.starters import RACE
from experiments.tuning import RATE_RULE
from experiments.words import number
from frontend.descriptions import holds
from frontend.knobs import box, knob
from frontend.mirrors import mirrored
from frontend.parts import draw_rail
from frontend.player import pick, picked
from frontend.race_view import LOOKS, ground
from frontend.redraw import Part, then_redrawn
from frontend.run_controls import Chip, Handle, chips, label_of, remove_button, run_controls
from frontend.starters import Starters
from frontend.turns import TURNS
from landscapes import SURFACES, FormulaError
from landscapes.box import nearest_within, reach_of_high, reach_of_low
from landscapes.surface import Surface
from optimizers import OPTIMIZERS

_FIRST = ("quadratic", "himmelblau", "rosenbrock", "rastrigin")
_OWN = "formula"
_LANGUAGE = (
    "A formula in x and y, as in Python, LaTeX, a spreadsheet or a textbook: `x^2 + 3sin(y)`, `|x| + √(xy)`, "
    r"`\frac{x^2}{2}`, `np.exp(-x**2)`, `max(x, y, 1)`, `where(x > 0, x, y)`. The variables may also be `x1` and `x2`, "
    "or `x[0]` and `x[1]`; `log` is the natural logarithm. What was understood is shown below; what can be read in two "
    "ways, such as `1/2x`, is refused."
)


def race() -> Race:
    """The description as it stands."""
    return st.session_state.race


def set_race(new: Race) -> None:
    """Replaces the description by one that its link can hold; what a link had wrong is no longer of interest."""
    if not holds(new, to_link, from_link):
        return
    st.session_state.race, st.session_state.notices = new, []


def _set(**values: Any) -> None:
    set_race(replace(race(), **values))


def open_run() -> int:
    """The run whose sliders are shown, and whose rate can be dragged on the stage."""
    last = len(race().runs) - 1
    return max(0, min(st.session_state.get("open_run", last), last))


def _set_run(i: int, run: Run) -> None:
    runs = list(race().runs)
    runs[i] = run
    set_race(replace(race(), runs=tuple(runs)))


def set_rate(i: int, value: float) -> None:
    """Sets the learning rate of a run."""
    run = race().runs[i]
    name = OPTIMIZERS[run.optimizer].scheduled
    if name is not None:
        _set_run(i, run.with_hyperparam(name, value))


def add_run() -> None:
    """Adds the first optimizer that does not race yet, and opens it."""
    if len(race().runs) >= MAX_RUNS:
        return
    used = {run.optimizer for run in race().runs}
    name = next((name for name in OPTIMIZERS if name not in used), next(iter(OPTIMIZERS)))
    set_race(replace(race(), runs=(*race().runs, Run(name))))
    st.session_state.open_run = len(race().runs) - 1


def _remove(i: int) -> None:
    set_race(replace(race(), runs=race().runs[:i] + race().runs[i + 1 :]))


def _open(i: int) -> None:
    st.session_state.open_run = i


def _show(race: Race) -> None:
    set_race(race)
    for key in ("open_run", "formula_draft"):
        st.session_state.pop(key, None)


STARTERS = Starters("race", "Optimizers, one surface, one start. Watch how each comes down; drag a rate.", RACE,
                    from_link, race, _show)  # fmt: skip


@lru_cache(maxsize=64)
def thumbnail(name: str) -> np.ndarray:
    """A surface as a small picture, 0..255, row 0 at the bottom."""
    surface = SURFACES[name]
    return ground(surface.drawn(surface.start)).shade(56)


def draw() -> None:
    """Draws the whole rail."""
    parts = (
        STARTERS.part(),
        Part("surface", _surface_shown, lambda shown: _surface(*shown)),
        Part("runs", _runs_shown, lambda shown: _runs(*shown)),
        Part("conditions", _conditions_shown, _conditions),
    )
    draw_rail("race", parts, STARTERS.back)


def _surface_shown() -> tuple[str, Surface, str, FormulaError | None]:
    """The tile that is chosen, its surface, what is typed as a formula, and why that is none."""
    now = race()
    typed, error = st.session_state.get("formula_draft", (now.formula, None))
    return _OWN if now.formula else now.surface, now.landscape, typed, error


def _surface(chosen: str, surface: Surface, typed: str, error: FormulaError | None) -> None:
    order = [*_FIRST, *(name for name in SURFACES if name not in _FIRST)]
    tiles = [{"name": n, "title": SURFACES[n].title, "help": SURFACES[n].summary, "thumb": thumbnail(n)} for n in order]
    own = {"name": _OWN, "title": "Your own", "help": "Type a formula in x and y", "sign": "f(x, y)"}
    tree = {"label": "Surface", "items": [*tiles[:4], own, *tiles[4:]], "chosen": chosen, "shown": 4}
    pick("surface", tree, _on_surface)
    if chosen == _OWN:
        _formula(surface, typed, error)
    _shape(chosen, surface)


def _on_surface() -> None:
    name = picked("surface", {_OWN, *SURFACES})
    if name == _OWN:
        set_race(replace(race(), formula="x**2 + 3*sin(y)", domain=None, shape=(), start=None, tuned_from=None))
    elif name is not None:
        set_race(replace(race(), surface=name, formula="", domain=None, shape=(), start=None, tuned_from=None))


def _formula(surface: Surface, text: str, error: FormulaError | None) -> None:
    """A formula is kept as typed while it has an error; the last good one stays on the stage."""

    def changed(typed: str) -> None:
        text = typed.strip()
        candidate = replace(race(), formula=text, start=None, tuned_from=None)
        try:
            candidate.landscape  # noqa: B018 - parses, which is the check
        except FormulaError as error:
            st.session_state.formula_draft = (text, error)
        else:
            st.session_state.pop("formula_draft", None)
            if text:
                set_race(candidate)

    on_change = mirrored("formula_text", text, changed, untold="")
    st.text_input("f(x, y) =", key="formula_text", max_chars=400, on_change=on_change, help=_LANGUAGE)
    if error is None:
        st.latex(surface.latex)
    else:
        where = " " * error.position + "^"
        st.code(f"{text}\n{where}", language=None, wrap_lines=False)
        st.caption(f"{error.message} The last formula stays on the stage.".replace("*", r"\*"))
    with st.expander("Box"):
        _box(surface.domain)


def _box(sides: Sequence[tuple[float, float]]) -> None:
    """An end reaches as far as the box stays one while the other ends stay."""

    def set_end(axis: int, end: int, value: float) -> None:
        sides = [list(side) for side in race().landscape.domain]
        sides[axis][end] = nearest_within((reach_of_low, reach_of_high)[end](sides[axis][1 - end]), value)
        (x0, x1), (y0, y1) = sides
        set_race(replace(race(), domain=((x0, x1), (y0, y1)), start=None, tuned_from=None))

    for axis, (name, side) in enumerate(zip("xy", sides, strict=True)):
        for end, column in enumerate(st.columns(2)):
            low, high = (reach_of_low, reach_of_high)[end](side[1 - end])
            with column:
                box(f"{name} {('from', 'to')[end]}", side[end], low, high, f"box_{name}{end}",
                    partial(set_end, axis, end), step=(side[1] - side[0]) / 10)  # fmt: skip


def _shape(chosen: str, surface: Surface) -> None:
    for (name, param), value in zip(surface.shape_params.items(), surface.shape, strict=True):

        def change(new: float, name: str = name) -> None:
            set_race(replace(race(), shape=tuple({**dict(race().shape), name: new}.items())))

        knob(param.title or label_of(name), param, value, f"shape_{chosen}_{name}", change)


def _runs_shown() -> tuple[Race, int]:
    """The race as far as its runs' rates depend on it, and which run is open."""
    now = race()
    return replace(now, start=None, seed=0, tuned_from=conditions(now).start), open_run()


def _resolved(now: Race, run: Run) -> dict[str, float]:
    """A run's hyperparameters; where many rates are to be tuned, others' pictures come between."""
    TURNS.give_way()
    return dict(resolve(now, run).hyperparams)


def _runs(now: Race, opened: int) -> None:
    runs = now.runs
    values = [_resolved(now, run) for run in runs]

    def row(i: int, run: Run) -> Chip:
        rate = values[i].get(OPTIMIZERS[run.optimizer].scheduled or "")
        hollow = any(other.optimizer == run.optimizer for other in runs[:i])
        title = OPTIMIZERS[run.optimizer].title
        return Chip(title, number(rate) if rate is not None else "", LOOKS[run.optimizer], hollow)

    def body(i: int) -> None:
        handle = Handle(lambda: race().runs[i], lambda run: _set_run(i, run))
        run_controls(i, runs[i], handle, dict(values[i]))
        remove_button("Remove this run", f"remove_{i}", lambda: _remove(i))

    chips([row(i, run) for i, run in enumerate(runs)], opened, _open, body, add_run, MAX_RUNS)


class _Conditions(NamedTuple):
    """What all runs have in common."""

    steps: int
    start: tuple[float, float]
    noise: float
    seed: int
    can_tune: bool  # whether rates that no run sets were tuned from another start


def _conditions_shown() -> _Conditions:
    now = race()
    moved = conditions(now).start != now.origin and any(map(sets_no_rate, now.runs))
    return _Conditions(now.num_steps, now.origin, now.noise, now.seed, moved)


def _conditions(shown: _Conditions) -> None:
    knob("Step budget", replace_low(STEPS), shown.steps, "steps", lambda v: _set(num_steps=int(v)))
    left, right = st.columns(2)
    x, y = shown.start
    with left:
        box("Start x", x, -COORDINATE, COORDINATE, "start_x", lambda v: _set(start=(v, race().origin[1])))
        box("Gradient noise", shown.noise, NOISE.low, NOISE.high, "noise", lambda v: _set(noise=v))
    with right:
        box("Start y", y, -COORDINATE, COORDINATE, "start_y", lambda v: _set(start=(race().origin[0], v)))
        box("Seed", shown.seed, SEED.low, SEED.high, "seed", lambda v: _set(seed=int(v)), whole=True)
    if shown.can_tune:  # they stay when the start moves, and show what they do there, until they are asked to follow
        st.button("Tune the rates from this start", key="tune", on_click=then_redrawn(_tune), type="tertiary",
                  icon=":material/tune:", help=RATE_RULE)  # fmt: skip


def _tune() -> None:
    _set(tuned_from=race().origin)


def replace_low(param):
    """The step slider begins at 10: below that there is little to see; links and boxes may ask for less."""
    return param._replace(low=10.0)
