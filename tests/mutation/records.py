"""The recorded mistakes, mistakes/ROOM.yaml, and what came of them, results.yaml."""
import dataclasses
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE / "results.yaml"
PAGE = ROOT / "service/docs/mutations.md"
LABELS = ("unit", "simulation", "contract", "integration", "e2e")  # the fastest first
NEEDED = {"id", "file", "find", "replace"}

TO_RUN = {"would", "tests"}  # what it needs besides, unless it is `equivalent`


@dataclasses.dataclass(frozen=True)
class Mistake:
    id: str
    room: str
    where: str  # of the record: FILE:LINE
    file: str  # below the root
    find: str
    replace: str
    would: str = ""
    tests: tuple = ()  # folders below tests/: LABEL/ROOM
    equivalent: str = ""

    def pattern(self):
        """The text to find; white space stands for any white space, so that a new line break does not hide it."""
        return re.compile(r"\s+".join(re.escape(word) for word in self.find.split()))

    def apply_to(self, text):
        return self.pattern().sub(lambda _: self.replace, text)


def label_of(test):
    return test.split("/")[0]


def program_of(test):
    return test.replace("/", "_") + "_test"


def by_speed(tests):
    return sorted(tests, key=lambda test: LABELS.index(label_of(test)))


def load():
    """The mistakes, by room and in the order of their files, and what is wrong with the records."""
    mistakes, problems = [], []
    for file in sorted((HERE / "mistakes").glob("*.yaml")):
        try:
            nodes, entries = yaml.compose(file.read_text()).value, yaml.load(file.read_text(), yaml.BaseLoader)
        except yaml.YAMLError as error:
            problems.append(f"{file.relative_to(ROOT)}: {error}")
            continue
        for node, entry in zip(nodes, entries):
            where = f"{file.relative_to(ROOT)}:{node.start_mark.line + 1}"
            missing = (NEEDED | (set() if "equivalent" in entry else TO_RUN)) - entry.keys()
            unknown = entry.keys() - NEEDED - (TO_RUN if "equivalent" not in entry else {"equivalent"})
            if missing or unknown:
                problems.append(f"{where}: missing keys: {sorted(missing)}; unknown keys: {sorted(unknown)}")
                continue
            tests = by_speed(entry.pop("tests", []))
            mistakes.append(Mistake(room=file.stem, where=where, tests=tuple(tests), **entry))
    return mistakes, problems


def problems_of(mistakes):
    problems, seen = [], set()
    for mistake in mistakes:
        def wrong(what, mistake=mistake):
            problems.append(f"{mistake.where}: {mistake.id}: {what}")
        if mistake.id in seen:
            wrong("another mistake has this id")
        seen.add(mistake.id)
        for test in mistake.tests:
            if not (ROOT / "tests" / test).is_dir():
                wrong(f"there is no tests/{test}")
        file = ROOT / mistake.file
        found = len(mistake.pattern().findall(file.read_text())) if file.is_file() else 0
        if found != 1:
            wrong(f"stale: its text occurs {found} times in {mistake.file}")
        elif mistake.apply_to(file.read_text()) == file.read_text():
            wrong("it changes nothing")
    return problems


def results():
    """By id, `LABEL TEST`."""
    return yaml.load(RESULTS.read_text(), yaml.BaseLoader) or {} if RESULTS.exists() else {}


def write_results(by_id):
    lines = [f"{mistake_id}: {by_id[mistake_id]}\n" for mistake_id in sorted(by_id)]
    RESULTS.write_text("# Who caught each mistake; written by tests/mutation/run --record.\n" + "".join(lines))


def problems_of_results(mistakes):
    by_id = results()
    to_run = {mistake.id for mistake in mistakes if not mistake.equivalent}
    problems = [f"{RESULTS.relative_to(ROOT)}: {mistake_id}: no such mistake" for mistake_id in sorted(by_id.keys() - to_run)]
    if not PAGE.exists() or table(mistakes) not in PAGE.read_text():
        problems.append(f"{PAGE.relative_to(ROOT)}: its table is not what tests/mutation/run --table prints")
    return problems


def table(mistakes):
    """Markdown: who caught the mistakes of each room, those that no run has seen caught, and those that change nothing."""
    by_id = results()
    rooms = {}
    for mistake in mistakes:
        label = "equivalent" if mistake.equivalent else by_id.get(mistake.id, "unseen").split()[0]
        counts = rooms.setdefault(mistake.room, {})
        counts[label] = counts.get(label, 0) + 1
    columns = (*LABELS, "unseen", "equivalent")
    rooms["all"] = {label: sum(counts.get(label, 0) for counts in rooms.values()) for label in columns}
    lines = [f"| room | mistakes | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    for room, counts in rooms.items():
        cells = [str(counts.get(label) or "") for label in columns]
        lines.append(f"| {room} | {sum(counts.values())} | {' | '.join(cells)} |")
    equivalents = [f"- `{mistake.id}`: {mistake.equivalent}" for mistake in mistakes if mistake.equivalent]
    return "\n".join(lines) + "\n" + ("\n" + "\n".join(equivalents) + "\n" if equivalents else "")
