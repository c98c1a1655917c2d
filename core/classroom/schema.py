"""The tables of the classes. What belongs to a class goes with it."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

TABLES = MetaData()


def _of_class() -> Column:
    return Column("code", ForeignKey("classes.code", ondelete="CASCADE"), primary_key=True)


def _of_round() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["code", "round"], ["rounds.code", "rounds.number"], ondelete="CASCADE")


CLASSES = Table(
    "classes",
    TABLES,
    Column("code", String, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("is_locked", Boolean, nullable=False),
)
PEOPLE = Table(
    "people",
    TABLES,
    _of_class(),
    Column("number", Integer, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("name", String, nullable=False),
    UniqueConstraint("code", "token"),
)
ROUNDS = Table(
    "rounds",
    TABLES,
    _of_class(),
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("is_hidden", Boolean, nullable=False),
    Column("content", JSON, nullable=False),
)
FILES = Table(
    "files",
    TABLES,
    Column("code", String, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("name", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    _of_round(),
)
VOTES = Table(
    "votes",
    TABLES,
    Column("code", String, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("person", Integer, primary_key=True),
    Column("choice", JSON, nullable=False),
    Column("drawing", LargeBinary),
    Column("opinion", JSON),
    Column("is_removed", Boolean, nullable=False),
    Column("place", Integer, nullable=False),  # in the order of the votes of a class: a changed one is the newest
    Column("at", Float, nullable=False),
    _of_round(),
    Index("votes_by_place", "code", "place"),
)
