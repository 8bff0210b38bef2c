#!/usr/bin/env python3
"""Each abuse beside an honest caller: flood.py GRPC_PORT OPERATIONS_PORT PROCESS [--short | --proxy PORT PROCESS].

deploy/drills/flood says what it must show.
"""
import collections
import sys
import threading
import time
import urllib.request

import abuses
import http2
from honest import Honest

Ports = collections.namedtuple("Ports", "grpc operations")

MEMORY_MIB = 1_024     # what the container of deploy/kubernetes gets
RATIO = 5.0            # of the 99th percentile under abuse to that without
RECOVERED_WITHIN = 5.0  # seconds
AT_ALL = 20.0           # seconds: recovered all the same, where the machine is too busy to judge times

LISTED = 1_000  # requests that there are for lists


class Probe:
    """Asks /healthz as the kubelet would, only more often."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/healthz"
        self.asked = self.missed = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while not self.over.wait(0.25):
            self.asked += 1
            try:
                opener.open(self.url, timeout=3).read()
            except OSError:
                self.missed += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class Memory:
    """Of a process, at most since it was asked to begin, in MiB."""

    def __init__(self, process):
        self.folder = f"/proc/{process}"

    def begin(self):
        with open(self.folder + "/clear_refs", "w") as peak:
            peak.write("5")

    def peak(self):
        """0 if the process is gone."""
        try:
            with open(self.folder + "/status") as status:
                return next((int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM:")), 0)
        except OSError:
            return 0


def percentile(took, share):
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]


def fill(port):
    """So many requests that a list of them is large."""
    connection = http2.Connection(port)
    name = time.time_ns()
    for first in range(0, LISTED, 50):
        streams = []
        for i in range(first, first + 50):
            streams.append(connection.next_stream)
            key = f"listed-{name}-{i}"
            connection.socket.sendall(http2.call(streams[-1], http2.CREATE, http2.create_request(key, [key])))
            connection.next_stream += 2
        connection.await_end(streams)
    connection.close()


def run(abuse, ports, memory, alone_for, beside_for, judges_latency, name=None):
    """One line of the table; whether all was as it must be, and the process is there for the next."""
    honest = Honest(ports.grpc)
    alone, _, _ = honest.ask_for(alone_for)
    memory.begin()
    with Probe(ports.operations) as probe:
        with abuses.Running(abuse, ports):
            beside, refused, lost = honest.ask_for(beside_for)
        served = honest.seconds_until_served()
        honest.hang_up()
    p99_alone, p99_beside = percentile(alone, 0.99), percentile(beside, 0.99)
    ratio, peak = p99_beside / p99_alone, memory.peak()
    wrong = [what for what, is_wrong in (
        ("p99", judges_latency and ratio > RATIO), ("recovery", served is None or served > (RECOVERED_WITHIN if judges_latency else AT_ALL)),
        ("memory", not 0 < peak < MEMORY_MIB), ("alive", probe.missed > 0)) if is_wrong]
    print(f"{name or abuse.__name__:<24} {1000 * p99_alone:>8.1f} {1000 * percentile(beside, 0.5):>8.1f} {1000 * p99_beside:>8.1f} {ratio:>6.1f} "
          f"{len(beside):>6} {refused:>8} {lost:>5} {'never' if served is None else f'{served:.2f}':>8} {peak:>6} "
          f"{probe.asked - probe.missed:>4}/{probe.asked:<4} {', '.join(wrong)}", flush=True)
    return not wrong, peak > 0


def through_a_proxy(ports, memory, proxy, memory_of_proxy):
    """What the proxy closes, and then the same without it."""
    as_it_must_be = True
    for abuse in abuses.CLOSED_BY_A_PROXY:
        memory_of_proxy.begin()
        good, there = run(abuse, ports._replace(grpc=proxy), memory, 4, 10, True, f"{abuse.__name__}, proxy")
        print(f"{'':<24} the proxy itself: {memory_of_proxy.peak()} MiB at most", flush=True)
        as_it_must_be = as_it_must_be and good and there
    for abuse in abuses.RESETS:
        run(abuse, ports, memory, 4, 4, True)  # Memory grows by hundreds of MiB a second.
    return as_it_must_be


def main():
    ports, memory = Ports(int(sys.argv[1]), int(sys.argv[2])), Memory(sys.argv[3])
    short = "--short" in sys.argv
    alone_for, beside_for = (1, 2) if short else (4, 10)
    fill(ports.grpc)
    Honest(ports.grpc).ask_for(1)  # What is slow once is not measured.
    print(f"{'':<24} {'alone':>8} {'beside the abuse':>24} {'':>6} {'tries again':>14} {'served':>8} {'peak':>6} {'alive':>6}\n"
          f"{'abuse':<24} {'p99 ms':>8} {'p50 ms':>8} {'p99 ms':>8} {'ratio':>6} {'calls':>6} {'refused':>8} {'lost':>5} {'after s':>8} "
          f"{'MiB':>6} {'':>9} wrong")
    if "--proxy" in sys.argv:
        sys.exit(0 if through_a_proxy(ports, memory, int(sys.argv[5]), Memory(sys.argv[6])) else 1)
    as_it_must_be = True
    for abuse in abuses.BOUNDED + ([] if short else abuses.OPEN):
        good, there = run(abuse, ports, memory, alone_for, beside_for, judges_latency=not short)
        as_it_must_be = as_it_must_be and (good or abuse in abuses.OPEN)
        if not there:
            sys.exit("lethed is gone")
    sys.exit(0 if as_it_must_be else 1)


main()
