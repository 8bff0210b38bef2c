#!/usr/bin/env python3
"""Repeats acknowledged requests: repeat.py GRPC_PORT KEYS_FILE. Each is answered as it was, unless it was lost: then it is accepted anew."""
import sys

import http2


def main():
    connection = http2.Connection(int(sys.argv[1]), 5.0)
    with open(sys.argv[2]) as file:
        for key in file.read().split():
            if connection.going_away():
                connection.close()
                connection = http2.Connection(int(sys.argv[1]), 5.0)
            if connection.call(http2.CREATE, http2.create_request(key, [key])) is not True:
                sys.exit(f"the repeat of {key} is refused")


main()
