"""The copy of the tree that mistakes are slipped into, build/mutation/tree, with a build directory of its own."""
import fcntl
import os
import re
import shutil
import signal
import subprocess
import time

from records import ROOT, program_of

TREE = ROOT / "build/mutation/tree"
BUILD = TREE / "build/release"
LOGS = ROOT / "build/mutation/logs"


class DoesNotBuild(Exception):
    pass


class CopyTree:
    def __init__(self):
        self.usual_seconds = {}  # of each test folder's program
        LOGS.mkdir(parents=True, exist_ok=True)
        self.lock = (LOGS / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("another run has build/mutation/tree") from None

    def sync(self):
        """Copies what differs and removes what is gone; the rest keeps its time, so that it is not built again."""
        listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
        wanted = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
        for path in TREE.rglob("*"):
            name = path.relative_to(TREE)
            if name.parts[0] != "build" and path.is_file() and str(name) not in wanted:
                path.unlink()
        for name in wanted:
            source, target = ROOT / name, TREE / name
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        # File by file: a mistake is in one of them.
        self._must(["cmake", "--preset", "release", "-DCMAKE_UNITY_BUILD=OFF"], "configure")

    def build(self, test):
        self._must(["ninja", "-C", str(BUILD), program_of(test)], "build")

    def run(self, test, cases="*"):
        """The name of the case that fails, or nothing."""
        usual = self.usual_seconds.get(test)
        limit = 900 if usual is None else 30 + 10 * usual  # a mistake may make it wait for ever
        log, began = LOGS / f"{program_of(test)}.log", time.monotonic()
        with log.open("w") as out:
            process = subprocess.Popen([str(BUILD / "bin" / program_of(test)), f"--gtest_filter={cases}", "--gtest_fail_fast",
                                        "--gtest_color=no"],
                                       cwd=BUILD / "tests", stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                       start_new_session=True)
            try:
                how = "" if process.wait(limit) >= 0 else " (the program ended)"
            except subprocess.TimeoutExpired:
                how = " (the program hung)"
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode == 0:
            self.usual_seconds.setdefault(test, time.monotonic() - began)
            return None
        output = log.read_text(errors="replace")
        failed = re.findall(r"^\[  FAILED  \] ([\w/]+\.[\w/<>]+)", output, re.M)
        began_last = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)[-1:] or [program_of(test)]
        return failed[0] if failed and not how else began_last[0] + how

    def replace(self, file, text):
        (TREE / file).write_text(text)

    def _must(self, command, name):
        log = LOGS / f"{name}.log"
        with log.open("w") as out:
            if subprocess.run(command, cwd=TREE, stdout=out, stderr=subprocess.STDOUT, check=False).returncode:
                lines = log.read_text(errors="replace").splitlines()
                raise DoesNotBuild("\n".join([line for line in lines if "error:" in line] or lines[-10:]))
