"""What phones and projectors get to see of a class: each whenever something changed, all of it."""

import csv
import io
from collections.abc import Iterable

from core.classroom.store import REVEALED, Person, Round, Store, Vote
from core.digits.data import N_CLASSES
from demos import calls, text
from demos.classroom_rounds import LETTERS

FORMULA_SIGNS = (*"=+-@＝＋－＠", "\t", "\r")  # with which a cell becomes a formula in a spreadsheet


def own_digit(person: int, asked: Round) -> int:
    """Which digit a person draws in a round: all ten come up."""
    return (person + asked.number) % N_CLASSES if asked.kind == "draw" else asked.content["digit"]


def phones(store: Store, code: str) -> Round | None:
    """What all phones of a class show alike: the round. Raises UnknownClassError."""
    store.opened_at(code)
    return store.current_round(code)


def phone(store: Store, code: str, person: Person, asked: Round | None) -> dict:
    """What a phone shows. What is right is not in it before the teacher reveals it."""
    return {"number": person.number, "name": person.name, "round": asked and _on_phone(store, code, person, asked)}


def _on_phone(store: Store, code: str, person: Person, asked: Round) -> dict:
    vote = store.vote_of(code, asked.number, person.number)
    shown = _asked(asked)
    if asked.content["takes_drawing"]:
        shown["digit"] = own_digit(person.number, asked)
    shown["choice"] = None if vote is None or vote.drawing else list(vote.choice)
    shown["hasDrawn"] = bool(vote and vote.drawing and not vote.is_removed)
    if asked.phase == REVEALED and vote and vote.opinion and not vote.is_removed:
        shown["opinion"] = vote.opinion
    return shown


def screen(store: Store, code: str) -> dict:
    """What the projector and the teacher's phone show."""
    asked = store.current_round(code)
    return {
        "people": store.n_people(code),
        "isLocked": store.is_locked(code),
        "hasForged": store.has_asked(code, "forge"),
        "round": asked and _on_screen(store, code, asked),
    }


def _on_screen(store: Store, code: str, asked: Round) -> dict:
    n_votes, counts = store.tally(code, asked)
    shown = {**_asked(asked), "isHidden": asked.is_hidden, "votes": n_votes}
    content = asked.content
    shown |= {name: content[name] for name in ("sound", "picture") if name in content}
    if asked.kind == "forge":
        shown["digit"] = content["digit"]
    if asked.is_hidden and asked.phase != REVEALED:
        return shown
    if content["takes_drawing"]:
        drawn = [vote for vote in store.votes(code, asked.number) if not vote.is_removed]
        return {**shown, "right": sum(_is_right(vote, asked) for vote in drawn)}
    shown["counts"] = counts
    if asked.phase == REVEALED and "people" in content:
        names = {person.number: person.name for person in store.people(code)}
        shown |= {"judge": content["judge"], "names": [one and (names[one] or f"#{one}") for one in content["people"]]}
    return shown


def _asked(asked: Round) -> dict:
    content = asked.content
    shown = {
        "number": asked.number,
        "kind": asked.kind,
        "phase": asked.phase,
        "ask": content["ask"],
        "options": content["options"],
        "takesMany": content["takes_many"],
        "takesDrawing": content["takes_drawing"],
    }
    if asked.phase == REVEALED:
        shown |= {"answer": content["answer"], "why": content["why"], "see": content["see"]}
    return shown


def _is_right(vote: Vote, asked: Round) -> bool:
    """A digit is read as the one that was to be drawn; a forgery passes the last judge."""
    if asked.kind == "forge":
        return not vote.opinion["caught"][-1]
    return vote.opinion["digit"] == own_digit(vote.person, asked)


def drawings(store: Store, code: str, after: int) -> list[dict]:
    """The drawings of the current round that are new or changed since `after`, in their order."""
    asked = store.current_round(code)
    if asked is None or not asked.content["takes_drawing"]:
        return []
    return [_drawing(vote, asked) for vote in store.votes(code, asked.number, after)]


def _drawing(vote: Vote, asked: Round) -> dict:
    shown = {"person": vote.person, "place": vote.place}
    if vote.is_removed:
        return {**shown, "isRemoved": True}
    opinion = {"wanted": own_digit(vote.person, asked), "isRight": _is_right(vote, asked), **vote.opinion}
    return {**shown, **opinion, "pixels": calls.packed(vote.drawing)}


def table(store: Store, code: str, lang: str) -> str:
    """Every vote of a class as CSV: a line for each that counts."""
    names = {person.number: person.name for person in store.people(code)}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(text.text("classroom.csv.columns", lang).split(", "))
    for asked in store.rounds(code):
        kind = text.text(f"classroom.round.{asked.kind}.name", lang)
        for vote in store.votes(code, asked.number):
            if vote.is_removed:
                continue
            said, is_right = _said(vote, asked, lang)
            row = [asked.number, kind, asked.content["ask"][lang], vote.person, names[vote.person], said, is_right]
            writer.writerow(map(_cell, row))
    return "\ufeff" + file.getvalue()  # the mark by which spreadsheets know UTF-8


def _said(vote: Vote, asked: Round, lang: str) -> tuple[str, str]:
    """What was said in words, and 1 where it was right, 0 where not, nothing where nobody can say."""
    if vote.drawing:
        return str(vote.opinion.get("digit", "")), str(int(_is_right(vote, asked)))
    options, answer = asked.content["options"], asked.content["answer"]
    is_right = str(int(list(vote.choice) == answer)) if answer else ""
    return " ".join(_words(vote.choice, options, lang)), is_right


def _words(choice: Iterable[int], options: list[dict], lang: str) -> list[str]:
    return [options[k]["text"][lang] if "text" in options[k] else LETTERS[k] for k in choice]


def _cell(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
