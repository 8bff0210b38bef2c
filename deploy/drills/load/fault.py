#!/usr/bin/env python3
"""Callers before, during and after a fault: fault.py GRPC_PORT,.. OPERATIONS_PORT,.. KEYS_FILE COMMAND..

One honest caller for each gRPC port asks for erasures all the time. After a while COMMAND is run, which makes the fault and may end it. The keys
of the requests that were acknowledged go into KEYS_FILE. It prints `name value` lines for the drill that called it.
"""
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import honest

BEFORE = 3.0  # seconds of load without a fault
AFTER = 5.0   # seconds in a row that all callers must be served in after it
LIMIT = 90.0  # seconds after the fault's end: then nobody recovers any more


class Caller(threading.Thread):
    """Each request is tried until it is acknowledged."""

    def __init__(self, port):
        super().__init__()
        self.honest = honest.Honest(port)
        self.over = threading.Event()
        self.keys, self.refused, self.lost, self.longest = [], 0, 0, 0.0
        self.waits_since = None

    def run(self):
        while not self.over.is_set():
            self.honest.count += 1
            self.waits_since = began = time.monotonic()
            while (taken := self.honest.attempt()) is not True and not self.over.is_set():
                self.refused += taken is False
                self.lost += taken is None
                time.sleep(honest.RETRY_AFTER if taken is False else honest.EACH)
            if taken:
                self.keys.append(f"{self.honest.name}-{self.honest.count}")
                self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(max(0.0, began + honest.EACH - time.monotonic()))

    def is_served(self):
        return time.monotonic() - self.waits_since < 1.0


class Readiness(threading.Thread):
    """When /readyz of a process was first not ready."""

    def __init__(self, port):
        super().__init__()
        self.url = f"http://127.0.0.1:{port}/readyz"
        self.over = threading.Event()
        self.unready_at = None

    def run(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while not self.over.wait(0.1):
            try:
                opener.open(self.url, timeout=2).read()
            except OSError:
                self.unready_at = self.unready_at or time.monotonic()


def main():
    grpc, operations, keys_file, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    callers = [Caller(int(port)) for port in grpc.split(",")]
    watchers = [Readiness(int(port)) for port in operations.split(",")]
    for thread in callers + watchers:
        thread.start()
    time.sleep(BEFORE)
    fault_at = time.monotonic()
    made = subprocess.run(command, stdout=sys.stderr).returncode == 0
    end = time.monotonic() + LIMIT
    served_since = None
    while time.monotonic() < end and (served_since is None or time.monotonic() - served_since < AFTER):
        time.sleep(0.05)
        served = all(caller.is_served() for caller in callers)
        served_since = (served_since or time.monotonic()) if served else None
    for thread in callers + watchers:
        thread.over.set()
    for thread in callers + watchers:
        thread.join()
    with open(keys_file, "w") as file:
        file.writelines(key + "\n" for caller in callers for key in caller.keys)
    unready = [watcher.unready_at - fault_at for watcher in watchers if watcher.unready_at]
    print("acknowledged", sum(len(caller.keys) for caller in callers))
    print("refused", sum(caller.refused for caller in callers))
    print("unanswered", sum(caller.lost for caller in callers))
    print("longest_wait", f"{max(caller.longest for caller in callers):.1f}")
    print("unready_after", f"{max(unready):.1f}" if unready else "-")
    sys.exit(0 if made and served_since is not None else 1)


main()
