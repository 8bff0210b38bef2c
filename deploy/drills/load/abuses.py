"""What strangers do to the ports, each in a process of its own whose processor time is capped."""
import ctypes
import multiprocessing
import os
import resource
import signal
import struct
import time

import http2

CPU_SHARE = 0.5  # of one core
TIMEOUT = 5.0
PR_SET_PDEATHSIG = 1  # prctl(2): an abuser ends with who started it, however that ends


class Pace:
    """Sleeps where the process would take more than its share of a core."""

    def __init__(self):
        self.began = time.monotonic()
        self.used = time.process_time()

    def breathe(self, at_least=0.0):
        over = (time.process_time() - self.used) / CPU_SHARE - (time.monotonic() - self.began)
        time.sleep(max(at_least, over, 0.0))


def keep_open(port, count, first, again=None):
    """`count` connections that say `first`, and `again` each second; those that are closed are opened anew."""
    pace, peers = Pace(), []
    while True:
        began = time.monotonic()
        for peer in peers[:]:
            try:
                if again:
                    peer.send(again)
                peer.setblocking(False)
                if peer.recv(65_536) == b"":
                    raise ConnectionError
            except BlockingIOError:
                pass
            except OSError:
                peer.close()
                peers.remove(peer)
        while len(peers) < count:
            try:
                peers.append(http2.connect(port, TIMEOUT))
                peers[-1].send(first)
            except OSError:
                pass
            pace.breathe()
        pace.breathe(max(0.0, began + 1 - time.monotonic()))


def again_and_again(connections, on_connection):
    """Gives each of so many threads a connection, and another one when that ends."""
    import threading
    pace = Pace()

    def loop():
        while True:
            try:
                on_connection(pace)
            except (OSError, http2.Closed):
                pass
            pace.breathe(0.05)

    threads = [threading.Thread(target=loop, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def idle(ports):
    keep_open(ports.grpc, 1_500, b"")


def half_a_hello(ports):
    keep_open(ports.grpc, 500, http2.PREFACE[:10])


def half_of_tls(ports):
    client_hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    keep_open(ports.grpc, 500, client_hello)


def slow_headers(ports):
    first = http2.hello() + http2.frame(http2.HEADERS, 0, 1, b"\x83\x86")
    keep_open(ports.grpc, 500, first, again=http2.frame(http2.CONTINUATION, 0, 1, b"\x83"))


def unfinished_messages(ports):
    """300 messages of 1.25 MB on 4 connections, each without its last byte."""
    data = http2.envelope(b"x" * 1_250_000)[:-1]

    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT)
        streams = [connection.begin(http2.CREATE) for _ in range(75)]
        pace.breathe()
        connection.send_data(streams, data, last=False)
        while True:
            connection.read_frame()

    again_and_again(4, one)


def large_requests(ports):
    """300 at a time of the largest that there may be, one after the other."""
    identities = [f"{i}-".ljust(1_000, "x") for i in range(1_000)]

    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT)
        while True:
            key = f"large-{time.time_ns()}"
            data = http2.envelope(http2.create_request(key, identities))
            streams = [connection.begin(http2.CREATE) for _ in range(10)]
            connection.send_data(streams, data)
            connection.await_end(streams)
            pace.breathe()

    again_and_again(30, one)


def oversized_requests(ports):
    """Messages that say they are a gigabyte."""
    data = struct.pack(">BI", 0, 1 << 30) + b"x" * (4 << 20)

    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT)
        while True:
            streams = [connection.begin(http2.CREATE) for _ in range(10)]
            connection.send_data(streams, data, last=False)
            pace.breathe()

    again_and_again(10, one)


def unread_answers(ports):
    """Lists of a thousand requests, 2,000 a second at most, of whose answers no byte may come."""
    message = http2.list_request(1_000)

    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT, window=0)
        connection.socket.settimeout(None)
        while True:
            began = time.monotonic()
            for _ in range(50):
                connection.socket.sendall(http2.call(connection.next_stream, http2.LIST, message))
                connection.next_stream += 2
            pace.breathe(max(0.0, began + 1 - time.monotonic()))

    again_and_again(40, one)


def many_calls(ports):
    """One connection that opens calls without an end and without regard to the limit."""
    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT)
        while True:
            calls = b"".join(http2.frame(http2.HEADERS, http2.END_HEADERS, connection.next_stream + 2 * i,
                                         http2.headers(http2.CREATE)) for i in range(100))
            connection.next_stream += 200
            connection.socket.sendall(calls)
            pace.breathe()

    again_and_again(1, one)


def endless_calls(ports, method, message):
    """900 connections, each with as many calls that never end as it may have."""
    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT)
        connection.socket.settimeout(None)
        for stream in range(1, 257, 2):
            connection.socket.sendall(http2.frame(http2.HEADERS, http2.END_HEADERS, stream, http2.headers(method)) +
                                      http2.frame(http2.DATA, 0, stream, http2.envelope(message)))
        pace.breathe()
        while True:
            connection.read_frame()

    again_and_again(900, one)


def health_watches(ports):
    endless_calls(ports, "/grpc.health.v1.Health/Watch", b"")


def reflections(ports):
    list_services = http2.text(7, "")
    endless_calls(ports, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services)


def operations_port(ports):
    keep_open(ports.operations, 500, b"GET /metrics HTTP/1.1\r\nHo", again=b"s")


def resets(ports, per_second):
    cancel = struct.pack(">I", 8)
    message = http2.create_request("reset", ["reset"])
    at_once = per_second // 100

    def one(pace):
        connection = http2.Connection(ports.grpc, TIMEOUT)
        while True:
            began = time.monotonic()
            first = connection.next_stream
            connection.next_stream += 2 * at_once
            connection.socket.sendall(b"".join(
                http2.call(stream, http2.CREATE, message) + http2.frame(http2.RST_STREAM, 0, stream, cancel)
                for stream in range(first, connection.next_stream, 2)))
            pace.breathe(max(0.0, began + 0.01 - time.monotonic()))

    again_and_again(1, one)


def rapid_reset(ports):
    """Calls that are cancelled as they are made, 2,000 a second."""
    resets(ports, 2_000)


def rapid_resets(ports):
    """The same, 20,000 a second at most."""
    resets(ports, 20_000)


BOUNDED = [idle, half_a_hello, half_of_tls, slow_headers, unfinished_messages, large_requests, unread_answers,
           many_calls, health_watches, reflections, operations_port]
# gRPC 1.51 cannot close them: shown, not judged.
OPEN = [oversized_requests, rapid_reset]
# What a proxy in front must close.
CLOSED_BY_A_PROXY = [rapid_reset, rapid_resets, oversized_requests, unread_answers, health_watches]
# Shown without it as well.
RESETS = [rapid_reset, rapid_resets]


class Running:
    """An abuse at work, for as long as the context lasts."""

    def __init__(self, abuse, ports):
        def work():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.nice(10)
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
            http2.source = "127.0.0.2"
            abuse(ports)

        self.process = multiprocessing.get_context("fork").Process(target=work, daemon=True)

    def __enter__(self):
        self.process.start()

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()
