"""SQL by hand: seven narrow tables with an index each way, asked through Django's own connection."""

from functools import partial
from typing import Any

from django.db import connection

from roles.catalogue import catalogue
from tests.bench.agreed import ASKED
from tests.bench.answers import FIRST, Answering
from tests.bench.organisation import asked, organisation, role_of
from tests.bench.pouring import write
from tests.bench.shape import Shape
from tests.bench.worker import Measure, Measures, Once, answer, cycle, line_out, scratch, settle, spread

TABLES = {
    "person": "id integer primary key, last varchar(90), first varchar(90), email text, active integer",
    "member": "person integer, grp integer, primary key (person, grp)",
    "carried": "grp integer, role integer, primary key (grp, role)",
    "rule": "role integer, permission varchar(90), primary key (role, permission)",
    "given": "person integer, module varchar(40), level integer, primary key (person, module, level)",
    "meant": "module varchar(40), level integer, permission text, primary key (module, level, permission)",
}
INDEXES = (
    "member (grp, person)",
    "carried (role, grp)",
    "rule (permission, role)",
    "given (module, level, person)",
    "meant (permission, module, level)",
    "person (last, first, id)",
)
BY_GROUP = "SELECT r.permission FROM member m JOIN carried c ON c.grp = m.grp JOIN rule r ON r.role = c.role"
BY_LEVEL = "SELECT t.permission FROM given g JOIN meant t ON t.module = g.module AND t.level = g.level"
SET = f"{BY_GROUP} WHERE m.person = %s UNION {BY_LEVEL} WHERE g.person = %s"
ACTIVE = "SELECT 1 FROM person WHERE id = %s AND active = 1"
DECISION = f"""SELECT EXISTS({ACTIVE}) AND (
    EXISTS({BY_GROUP} WHERE m.person = %s AND r.permission = %s)
    OR EXISTS({BY_LEVEL} WHERE g.person = %s AND t.permission = %s))"""
HOLDERS = """FROM person WHERE active = 1 AND (id IN (
    SELECT person FROM member WHERE grp IN (
        SELECT c.grp FROM rule r JOIN carried c ON c.role = r.role WHERE r.permission = %s))
    OR id IN (SELECT g.person FROM meant t JOIN given g ON g.module = t.module AND g.level = t.level
        WHERE t.permission = %s))"""
TOUCHED = """SELECT COUNT(DISTINCT m.person) FROM carried c JOIN member m ON m.grp = c.grp
    WHERE c.role = %s"""


def rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def decide(person: int, key: str) -> bool:
    return bool(rows(DECISION, person, person, key, person, key)[0][0])


def held(person: int) -> list[str]:
    return [key for (key,) in rows(SET, person, person)] if rows(ACTIVE, person) else []


def count(key: str) -> int:
    return int(rows(f"SELECT COUNT(*) {HOLDERS}", key, key)[0][0])


def first(key: str) -> list[str]:
    page = rows(f"SELECT email {HOLDERS} ORDER BY last, first, id LIMIT {FIRST}", key, key)
    return [email for (email,) in page]


def touched(role: int) -> int:
    return int(rows(TOUCHED, role)[0][0])


def put_in(shape: Shape) -> None:
    """Make the tables and fill them."""
    known, people = catalogue(), list(enumerate(shape.people))
    with connection.cursor() as cursor:
        for name, columns in TABLES.items():
            cursor.execute(f"CREATE TABLE {name} ({columns})")
    levels = [(module, int(level)) for module in known.modules.values() for level in module.levels]
    given = {
        "person": ((i, p.last, p.first, p.email, int(p.status == "active")) for i, p in people),
        "member": ((i, group) for i, p in people for group in set(p.groups)),
        "carried": ((i, role) for i, group in enumerate(shape.groups) for role in set(group.roles)),
        "rule": (
            (i, key)
            for i, rights in enumerate(shape.roles)
            for key in {key for right in rights for key in known.given_by(right)}
        ),
        "given": ((i, g.module, g.level) for i, p in people for g in p.grants),
        "meant": (
            (module.key, level, key) for module, level in levels for key in known.level(module.key, level)
        ),
    }
    for name, values in given.items():
        write(name, [column.split()[0] for column in TABLES[name].split(", primary")[0].split(", ")], values)
    with connection.cursor() as cursor:
        for place, index in enumerate(INDEXES):
            cursor.execute(f"CREATE INDEX other_way_{place} ON {index}")


def measures(shape: Shape) -> Measures:
    following = cycle(spread(range(len(shape.people))))

    def decision() -> Once:
        return partial(decide, following(), ASKED)

    found = {
        "decision, nothing cached": Measure(decision, times=200),
        "effective set": Measure(lambda: partial(held, following()), times=200),
        "impact preview": Measure(lambda: partial(touched, role_of(shape, "half")), times=20),
    }
    for share, key in asked(shape).items():
        for words, ask in (("count", count), ("page", first)):
            found[f"who can, {words}: {share}"] = Measure(partial(partial, ask, key), times=10)
    return found


def main(n: int) -> None:
    out = line_out()
    scratch("written")
    shape = organisation(n)
    put_in(shape)
    settle()
    answering = Answering(
        held=held, may=decide, count=count, first=first, touched=lambda: touched(role_of(shape, "half"))
    )
    answer(out, measures(shape), shape, answering)
