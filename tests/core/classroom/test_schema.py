"""What belongs to a class goes with it: no table is left out of that."""

from core.classroom.schema import CLASSES, TABLES


def test_every_table_goes_with_its_class():
    for table in TABLES.tables.values():
        if table is CLASSES:
            continue
        rules = {key.elements[0].target_fullname: key.ondelete for key in table.foreign_key_constraints}
        assert rules in ({"classes.code": "CASCADE"}, {"rounds.code": "CASCADE"}), table.name
