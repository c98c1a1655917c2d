"""Classes with their people, rounds and votes, in one SQLite file.

A class is known by a code of six characters. Who opened it has a secret, and each phone a token of its own; only their
SHA-256 is kept. A vote is one row for a person and a round: said again it is the same row, changed it is the newer one.
What was committed outlives the process, however that ends (write-ahead log, sqlite.org/wal.html; only a power failure
may take the last moments).

A store belongs to one thread.
"""

import hashlib
import os
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pooch
from sqlalchemy import URL, create_engine, delete, event, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.classroom.schema import CLASSES, FILES, PEOPLE, ROUNDS, TABLES, VOTES

ENVIRONMENT_VARIABLE = "LECTURE_CLASSES"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what is read wrongly: 0 O 1 I
CODE_LENGTH = 6
KEPT_S = 24 * 3600
MOST_CLASSES = 500
MOST_PEOPLE = 400  # in a class
MOST_ROUNDS = 200
OPEN, CLOSED, REVEALED = "open", "closed", "revealed"


class ClassroomError(Exception):
    """Why something was refused; `code` is the word that goes out."""

    code = "bad"


class UnknownClassError(ClassroomError):
    """There is no such class (any more)."""

    code = "unknown"


class ForeignError(ClassroomError):
    """A token or a secret that is not of this class."""

    code = "foreign"


class LockedError(ClassroomError):
    """The class takes nobody in any more."""

    code = "locked"


class FullError(ClassroomError):
    """There are as many people or rounds in the class, or as many classes, as there may be."""

    code = "full"


class LateError(ClassroomError):
    """The round is over, or it is not the one that is asked now."""

    code = "late"


class BadVoteError(ClassroomError):
    """A choice that the round does not have."""

    code = "bad"


@dataclass(frozen=True)
class Person:
    """Somebody's phone in a class."""

    number: int  # from 1, in the order of their coming
    name: str


@dataclass(frozen=True)
class Round:
    """What is asked of the class. `content` is for whoever shows it; the store reads of it `n_options`, `takes_many`
    and `takes_drawing`."""

    number: int
    kind: str
    phase: str
    is_hidden: bool
    content: dict


@dataclass(frozen=True)
class Vote:
    """What a person said in a round: places of options, or a drawing with what a network says of it."""

    person: int
    choice: tuple[int, ...]
    drawing: bytes | None
    opinion: dict | None
    is_removed: bool
    place: int
    at: float


class Store:
    """The classes in a file, which is made where it is not there."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(self.engine, "connect", _prepare)
        TABLES.create_all(self.engine)

    # ---- classes ----
    def open_class(self, now: float) -> tuple[str, str]:
        """A new class: its code and the teacher's secret. Raises FullError."""
        secret = secrets.token_urlsafe(24)
        with self.engine.begin() as connection:
            taken = set(connection.scalars(select(CLASSES.c.code)))
            if len(taken) >= MOST_CLASSES:
                raise FullError(f"{len(taken)} classes are open")
            code = new_code()
            while code in taken:
                code = new_code()
            connection.execute(insert(CLASSES).values(code=code, secret=_hash(secret), opened_at=now, is_locked=False))
        return code, secret

    def opened_at(self, code: str) -> float:
        """When the class was opened, in seconds of the epoch. Raises UnknownClassError."""
        return self._class(code).opened_at

    def is_locked(self, code: str) -> bool:
        """Whether the class takes nobody in any more. Raises UnknownClassError."""
        return self._class(code).is_locked

    def lock(self, code: str, is_locked: bool) -> None:
        """Takes nobody in any more, or everybody again."""
        with self.engine.begin() as connection:
            connection.execute(update(CLASSES).where(CLASSES.c.code == code).values(is_locked=is_locked))

    def require_teacher(self, code: str, secret: str) -> None:
        """Raises UnknownClassError, or ForeignError where it is not the class's secret."""
        if not secrets.compare_digest(self._class(code).secret, _hash(secret)):
            raise ForeignError("not the teacher's secret")

    def delete_class(self, code: str) -> None:
        """The class and all that is in it are gone, from the file too."""
        with self.engine.begin() as connection:
            connection.execute(delete(CLASSES).where(CLASSES.c.code == code))
        self._empty_log()

    def forget_old(self, now: float) -> list[str]:
        """Deletes the classes that were opened more than `KEPT_S` ago and returns their codes."""
        is_old = CLASSES.c.opened_at < now - KEPT_S
        with self.engine.begin() as connection:
            old = list(connection.scalars(select(CLASSES.c.code).where(is_old)))
            connection.execute(delete(CLASSES).where(is_old))
        if old:
            self._empty_log()
        return old

    # ---- people ----
    def join(self, code: str, token: str, name: str) -> Person:
        """The person that a token stands for; who comes again is the same one, with the newer name.

        Raises:
            UnknownClassError, LockedError, FullError
        """
        is_locked = self._class(code).is_locked
        with self.engine.begin() as connection:
            known = connection.execute(_person(code, token)).first()
            if known:
                mine = (PEOPLE.c.code == code) & (PEOPLE.c.number == known.number)
                connection.execute(update(PEOPLE).where(mine).values(name=name))
                return Person(known.number, name)
            n_people = connection.scalar(select(func.count()).where(PEOPLE.c.code == code))
            if is_locked:
                raise LockedError(code)
            if n_people >= MOST_PEOPLE:
                raise FullError(f"{n_people} people are in {code}")
            row = {"code": code, "number": n_people + 1, "token": _hash(token), "name": name}
            connection.execute(insert(PEOPLE).values(row))
        return Person(n_people + 1, name)

    def person(self, code: str, token: str) -> Person:
        """Raises UnknownClassError, or ForeignError where nobody joined with this token."""
        with self.engine.connect() as connection:
            row = connection.execute(_person(code, token)).first()
        if row is None:
            self._class(code)
            raise ForeignError("nobody of this class")
        return Person(row.number, row.name)

    def people(self, code: str) -> list[Person]:
        """All who joined, in the order of their coming."""
        wanted = select(PEOPLE.c.number, PEOPLE.c.name).where(PEOPLE.c.code == code).order_by(PEOPLE.c.number)
        with self.engine.connect() as connection:
            return [Person(*row) for row in connection.execute(wanted)]

    def n_people(self, code: str) -> int:
        """How many joined."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).where(PEOPLE.c.code == code))

    # ---- rounds ----
    def ask(
        self, code: str, kind: str, content: dict, files: Mapping[str, tuple[str, bytes]], is_hidden: bool = False
    ) -> Round:
        """A new round; the one before is closed. `files` by name: media type and bytes.

        Raises:
            UnknownClassError, FullError
        """
        self._class(code)
        with self.engine.begin() as connection:
            of_class = ROUNDS.c.code == code
            connection.execute(update(ROUNDS).where(of_class & (ROUNDS.c.phase == OPEN)).values(phase=CLOSED))
            number = (connection.scalar(select(func.max(ROUNDS.c.number)).where(of_class)) or 0) + 1
            if number > MOST_ROUNDS:
                raise FullError(f"{code} has had {MOST_ROUNDS} rounds")
            row = {"number": number, "kind": kind, "phase": OPEN, "is_hidden": is_hidden, "content": content}
            connection.execute(insert(ROUNDS).values(code=code, **row))
            if files:
                rows = [
                    {"code": code, "round": number, "name": name, "type": media_type, "data": data}
                    for name, (media_type, data) in files.items()
                ]
                connection.execute(insert(FILES), rows)
        return Round(**row)

    def rounds(self, code: str) -> list[Round]:
        """All rounds of a class, the newest last."""
        with self.engine.connect() as connection:
            return [_round(row) for row in connection.execute(_rounds(code).order_by(ROUNDS.c.number))]

    def current_round(self, code: str) -> Round | None:
        """The newest round, or None before the first."""
        with self.engine.connect() as connection:
            row = connection.execute(_newest_round(code)).first()
        return _round(row) if row else None

    def has_asked(self, code: str, kind: str) -> bool:
        """Whether there was a round of this kind."""
        wanted = select(ROUNDS.c.number).where((ROUNDS.c.code == code) & (ROUNDS.c.kind == kind)).limit(1)
        with self.engine.connect() as connection:
            return connection.scalar(wanted) is not None

    def set_round(self, code: str, number: int, **values: str | bool) -> None:
        """Changes `phase` or `is_hidden` of a round."""
        which = (ROUNDS.c.code == code) & (ROUNDS.c.number == number)
        with self.engine.begin() as connection:
            connection.execute(update(ROUNDS).where(which).values(**values))

    def file(self, code: str, number: int, name: str) -> tuple[str, bytes] | None:
        """A file of a round: media type and bytes."""
        which = (FILES.c.code == code) & (FILES.c.round == number) & (FILES.c.name == name)
        with self.engine.connect() as connection:
            row = connection.execute(select(FILES.c.type, FILES.c.data).where(which)).first()
        return tuple(row) if row else None

    # ---- votes ----
    def vote(
        self,
        code: str,
        number: int,
        person: int,
        choice: Sequence[int],
        now: float,
        drawing: bytes | None = None,
        opinion: dict | None = None,
    ) -> None:
        """What a person says in a round, in place of what they said before. When this returns it is kept.

        Raises:
            LateError: the round is over, or not the newest.
            BadVoteError: options that it does not have.
        """
        with self.engine.begin() as connection:
            row = connection.execute(_newest_round(code)).first()
            if row is None or row.number != number or row.phase != OPEN:
                raise LateError(f"round {number} of {code} is not open")
            _check(row.content, choice, drawing)
            place = _next_place(connection, code)
            key = {"code": code, "round": number, "person": person}
            said = {"choice": sorted(choice), "drawing": drawing, "opinion": opinion}
            said |= {"is_removed": False, "place": place, "at": now}
            connection.execute(
                upsert(VOTES).values(key | said).on_conflict_do_update(index_elements=list(key), set_=said)
            )

    def votes(self, code: str, number: int, after: int = 0) -> list[Vote]:
        """The votes of a round in their order; `after`: only those of a later place."""
        which = (VOTES.c.code == code) & (VOTES.c.round == number) & (VOTES.c.place > after)
        with self.engine.connect() as connection:
            return [_vote(row) for row in connection.execute(select(VOTES).where(which).order_by(VOTES.c.place))]

    def vote_of(self, code: str, number: int, person: int) -> Vote | None:
        """What a person said in a round, or None."""
        with self.engine.connect() as connection:
            row = connection.execute(select(VOTES).where(_is_vote_of(code, number, person))).first()
        return _vote(row) if row else None

    def remove_drawing(self, code: str, number: int, person: int) -> None:
        """A drawing that the teacher does not want to be seen: it is neither shown nor counted."""
        with self.engine.begin() as connection:
            place = _next_place(connection, code)
            connection.execute(
                update(VOTES).where(_is_vote_of(code, number, person)).values(is_removed=True, place=place)
            )

    def tally(self, code: str, round_: Round) -> tuple[int, list[int]]:
        """How many voted, and how many for each option."""
        which = (VOTES.c.code == code) & (VOTES.c.round == round_.number) & ~VOTES.c.is_removed
        with self.engine.connect() as connection:
            choices = list(connection.scalars(select(VOTES.c.choice).where(which)))
        counts = Counter(option for choice in choices for option in choice)
        return len(choices), [counts[k] for k in range(round_.content["n_options"])]

    # ---- inside ----
    def _class(self, code: str):
        with self.engine.connect() as connection:
            row = connection.execute(select(CLASSES).where(CLASSES.c.code == code)).first()
        if row is None:
            raise UnknownClassError(code)
        return row

    def _empty_log(self) -> None:
        """What was deleted still stands in the write-ahead log until it is written back."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def wanted_path() -> Path:
    """The file that `LECTURE_CLASSES` names, or else one in this project's cache folder. It need not exist."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named).expanduser() if named else Path(pooch.os_cache("music-made-by-ai")) / "classes.sqlite3"


def new_code() -> str:
    """Six characters drawn at random: one of about 1,000 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def is_code(text: str) -> bool:
    """Whether it could be a class's code."""
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET)


def _prepare(connection, _) -> None:
    for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _person(code: str, token: str):
    return select(PEOPLE).where((PEOPLE.c.code == code) & (PEOPLE.c.token == _hash(token)))


def _rounds(code: str):
    return select(ROUNDS).where(ROUNDS.c.code == code)


def _newest_round(code: str):
    return _rounds(code).order_by(ROUNDS.c.number.desc()).limit(1)


def _is_vote_of(code: str, number: int, person: int):
    return (VOTES.c.code == code) & (VOTES.c.round == number) & (VOTES.c.person == person)


def _next_place(connection, code: str) -> int:
    return (connection.scalar(select(func.max(VOTES.c.place)).where(VOTES.c.code == code)) or 0) + 1


def _round(row) -> Round:
    return Round(row.number, row.kind, row.phase, row.is_hidden, row.content)


def _vote(row) -> Vote:
    return Vote(row.person, tuple(row.choice), row.drawing, row.opinion, row.is_removed, row.place, row.at)


def _check(content: dict, choice: Sequence[int], drawing: bytes | None) -> None:
    if content["takes_drawing"]:
        if drawing is None or choice:
            raise BadVoteError("wanted a drawing")
        return
    is_in = all(0 <= option < content["n_options"] for option in choice) and len(set(choice)) == len(choice)
    if drawing is not None or not is_in or (len(choice) != 1 and not content["takes_many"]):
        raise BadVoteError(f"{list(choice)}, wanted of {content['n_options']} options")
