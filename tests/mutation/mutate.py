"""What tests/mutation/run does."""
import argparse
import collections
import os
import random
import subprocess
import sys
import time

import copy_tree
import records
from records import LABELS, ROOT, label_of


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/mutation/run")
    parser.add_argument("which", nargs="*", metavar="N | ID", help="so many at random, or these; without: all")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="of the choice at random")
    parser.add_argument("--label", choices=LABELS, help="only the tests of this label, and the mistakes that these should notice")
    parser.add_argument("--room", help="only the mistakes of this room")
    parser.add_argument("--record", action="store_true", help="write down who caught what")
    for name, what in (("list", "the mistakes"), ("table", "who caught what, by room"), ("check", "whether the records are in order")):
        parser.add_argument(f"--{name}", action="store_true", help=what)
    return parser.parse_args()


def choose(mistakes, arguments):
    chosen = [mistake for mistake in mistakes if arguments.room in (None, mistake.room) and not mistake.equivalent]
    if arguments.label:
        chosen = [mistake for mistake in chosen if any(label_of(test) == arguments.label for test in mistake.tests)]
    if len(arguments.which) == 1 and arguments.which[0].isdigit():
        print(f"{arguments.which[0]} of {len(chosen)} with --seed {arguments.seed}")
        return random.Random(arguments.seed).sample(chosen, min(int(arguments.which[0]), len(chosen)))
    if unknown := set(arguments.which) - {mistake.id for mistake in chosen}:
        sys.exit(f"no such mistake: {', '.join(sorted(unknown))}")
    return [mistake for mistake in chosen if mistake.id in arguments.which] if arguments.which else chosen


def check_unchanged(tree, tests):
    """Whether the tests pass without any mistake: otherwise whatever they say is worth nothing."""
    for test in tests:
        try:
            tree.build(test)
        except copy_tree.DoesNotBuild as error:
            print(f"  without a mistake: {test} does not build:\n{error}")
            return False
        began = time.monotonic()
        failed = tree.run(test)
        print(f"  without a mistake: {test} {f'FAILED: {failed}' if failed else 'passed'} in {time.monotonic() - began:.1f} s", flush=True)
        if failed:
            return False
    return True


def attempts(tests, caught_before):
    """(test folder, cases), in the order to try: alone the case that noticed the mistake the last time, then all."""
    if caught_before:
        label, case = caught_before.split()[:2]
        yield from ((test, case) for test in tests if label_of(test) == label)
    yield from ((test, "*") for test in tests)


def catch(tree, mistake, tests, caught_before):
    """`LABEL CASE` of the first that notices the mistake, or nothing."""
    original = (copy_tree.TREE / mistake.file).read_text()
    tree.replace(mistake.file, mistake.apply_to(original))
    try:
        for test, cases in attempts(tests, caught_before):
            tree.build(test)
            if failed := tree.run(test, cases):
                return f"{label_of(test)} {failed}"
        return None
    finally:
        tree.replace(mistake.file, original)


def run(mistakes, arguments):
    subprocess.run([ROOT / "deploy/local/install", "build", "local"], check=True)
    os.nice(max(0, 10 - os.nice(0)))  # beside whatever else the machine does
    tree = copy_tree.CopyTree()
    tree.sync()
    tests_of = {mistake.id: [test for test in mistake.tests if arguments.label in (None, label_of(test))] for mistake in mistakes}
    if not check_unchanged(tree, records.by_speed({test for tests in tests_of.values() for test in tests})):
        return 2

    ends, broken, by_id = collections.defaultdict(list), 0, records.results()
    for number, mistake in enumerate(mistakes, 1):
        began = time.monotonic()
        try:
            caught = catch(tree, mistake, tests_of[mistake.id], by_id.get(mistake.id))
            text, end = (f"caught by {caught}", label_of_result(caught)) if caught else ("NOT CAUGHT", "not caught")
        except copy_tree.DoesNotBuild as error:
            caught, text, end = None, f"DOES NOT BUILD: {mistake.where}\n{error}", "broken"
            broken += 1
        ends[mistake.room].append(end)
        print(f"{number:3}/{len(mistakes)} {time.monotonic() - began:6.1f} s  {mistake.room} {mistake.id}: {text}", flush=True)
        if end == "not caught":
            print(f"      {mistake.would}\n      tried: {', '.join(tests_of[mistake.id])}; {mistake.where}")
        if arguments.record:
            by_id.pop(mistake.id, None)
            if caught:
                by_id[mistake.id] = caught
            records.write_results(by_id)
    print_summary(ends)
    return 2 if broken else int(any("not caught" in of_room for of_room in ends.values()))


def label_of_result(caught):
    return caught.split()[0]


def print_summary(ends):
    columns = (*LABELS, "not caught", "broken")
    print(f"\n{'room':12}" + "".join(f"{column:>12}" for column in columns))
    ends["all"] = [end for of_room in list(ends.values()) for end in of_room]
    for room, of_room in ends.items():
        print(f"{room:12}" + "".join(f"{of_room.count(column) or '':>12}" for column in columns))


def main():
    arguments = parse_arguments()
    mistakes, problems = records.load()
    problems += records.problems_of(mistakes)
    if arguments.check:
        problems += records.problems_of_results(mistakes)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 2
    if arguments.check:
        return 0
    if arguments.table:
        print(records.table(mistakes), end="")
        return 0
    if arguments.list:
        for mistake in mistakes:
            print(f"{mistake.room} {mistake.id}: {mistake.would or 'changes nothing: ' + mistake.equivalent}")
        return 0
    return run(choose(mistakes, arguments), arguments)


sys.exit(main())
