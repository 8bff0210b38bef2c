"""As much of HTTP/2 (RFC 9113) and gRPC as callers need that no library would be: one blocking socket, frames by hand."""
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
INITIAL_WINDOW_SIZE = 4
FRAME = 16_384  # the most that a peer takes in one frame, unless it says otherwise
CREATE = "/lethe.v1.PrivacyRequestService/CreatePrivacyRequest"
LIST = "/lethe.v1.PrivacyRequestService/ListPrivacyRequests"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def hello(window=65_535):
    """The beginning of a connection; the server may send `window` bytes for each call."""
    return PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, window))


def headers(method):
    def literal(name, value):
        return b"\0" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()

    return (b"\x83\x86" + literal(":path", method) + literal(":authority", "lethe") + literal("te", "trailers") +
            literal("content-type", "application/grpc"))  # 83, 86: POST, http


def envelope(message):
    """A message as gRPC sends it."""
    return struct.pack(">BI", 0, len(message)) + message


def call(stream, method, message):
    """A whole small call."""
    return frame(HEADERS, END_HEADERS, stream, headers(method)) + frame(DATA, END_STREAM, stream, envelope(message))


# ---- messages of lethe.v1

def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes((number,))


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def create_request(key, identities):
    erasure = b"".join(text(1, identity) for identity in identities)
    return text(1, "accounts/demo") + text(2, key) + text(3, erasure)


def list_request(page_size):
    return text(1, "accounts/demo") + varint(2 << 3) + varint(page_size)


# ---- a connection

source = "127.0.0.1"  # where the connections of this process come from


def connect(port, timeout):
    peer = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


class Closed(Exception):
    """The server closed the connection, or is about to."""


class Connection:
    """Calls on one connection. Errors of the socket are OSError or Closed."""

    def __init__(self, port, timeout=5.0, window=65_535):
        self.socket = connect(port, timeout)
        self.socket.sendall(hello(window))
        self.bytes = b""
        self.next_stream = 1
        self.last_stream = 1 << 31  # of those that the server still answers
        self.room = 65_535            # that the connection as a whole may still send
        self.room_of_stream = 65_535  # that a new stream may
        self.rooms = {}               # that each stream may
        self.read_frame_of(SETTINGS)

    def close(self):
        self.socket.close()

    def going_away(self):
        """Whether the server wants no more calls here."""
        return self.last_stream < 1 << 31

    def read_frame_of(self, kind):
        while True:
            found, flags, _, _ = self.read_frame()
            if found == kind and not flags & ACK:
                return

    def take(self, count):
        while len(self.bytes) < count:
            more = self.socket.recv(65_536)
            if not more:
                raise Closed()
            self.bytes += more
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def read_frame(self):
        """The next frame, after what every client has to do about it."""
        head = self.take(9)
        kind, flags, stream = head[3], head[4], struct.unpack(">I", head[5:])[0]
        payload = self.take(int.from_bytes(head[:3], "big"))
        if kind == SETTINGS and not flags & ACK:
            for i in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[i:i + 6])
                if name == INITIAL_WINDOW_SIZE:
                    for other in self.rooms:
                        self.rooms[other] += value - self.room_of_stream
                    self.room_of_stream = value
            self.socket.sendall(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.socket.sendall(frame(PING, ACK, 0, payload))
        elif kind == DATA and payload:
            self.socket.sendall(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload))))
        elif kind == WINDOW_UPDATE:
            count = struct.unpack(">I", payload)[0]
            if stream == 0:
                self.room += count
            elif stream in self.rooms:
                self.rooms[stream] += count
        elif kind == GOAWAY:
            self.last_stream = struct.unpack(">I", payload[:4])[0]
        return kind, flags, stream, payload

    def begin(self, method, flags=END_HEADERS):
        """The headers of a call; its stream."""
        stream = self.next_stream
        self.next_stream += 2
        self.rooms[stream] = self.room_of_stream
        self.socket.sendall(frame(HEADERS, flags, stream, headers(method)))
        return stream

    def send_data(self, streams, data, last=True):
        """Sends `data` on each of the streams, as fast as the server takes it. Streams that end before drop out."""
        left = {stream: 0 for stream in streams}
        while left:
            moved = False
            for stream, sent in list(left.items()):
                count = min(FRAME, self.room, self.rooms.get(stream, 0), len(data) - sent)
                if count <= 0:
                    continue
                moved = True
                left[stream] = sent + count
                done = sent + count == len(data)
                self.room -= count
                self.rooms[stream] -= count
                self.socket.sendall(frame(DATA, END_STREAM if done and last else 0, stream, data[sent:sent + count]))
                if done:
                    del left[stream]
            if not moved:
                kind, flags, stream, _ = self.read_frame()
                if kind == RST_STREAM or kind == HEADERS and flags & END_STREAM:
                    left.pop(stream, None)
                if self.going_away():
                    raise Closed()

    def await_end(self, streams):
        """Reads until all of the streams have ended. How many of them brought a message."""
        streams = set(streams)
        answered = 0
        while streams:
            kind, flags, stream, _ = self.read_frame()
            if stream in streams:
                answered += kind == DATA
                if flags & END_STREAM and kind in (DATA, HEADERS) or kind == RST_STREAM:
                    streams.discard(stream)
                    self.rooms.pop(stream, None)
            if any(stream > self.last_stream for stream in streams):
                raise Closed()
        return answered

    def call(self, method, message):
        """Whether a small call is answered with a message; a refusal has none."""
        stream = self.next_stream
        self.next_stream += 2
        self.socket.sendall(call(stream, method, message))
        return self.await_end([stream]) > 0
