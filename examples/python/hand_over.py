#!/usr/bin/env python3
"""Hands a request to Lethe and says where it stands: with certificate and token, deadlines and retries.

Needs grpcio and protobuf (on Debian 12: python3-grpcio python3-protobuf), and what protoc makes of proto/ in this directory:

    protoc --proto_path=../../proto --python_out=. --grpc_python_out=. --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin \\
        $(cd ../../proto && ls lethe/v1/*.proto google/rpc/*.proto)
    ./hand_over.py --server lethe.company.internal:50051 --ca ca.crt --certificate crm.crt --key-file crm.key \\
        --account demo --key ticket-4711 --identities-file -

With googleapis-common-protos installed, leave google/rpc out.
"""
import argparse
import random
import sys
import time

import grpc

from google.rpc import error_details_pb2, status_pb2
from lethe.v1 import privacy_request_service_pb2 as lethe_pb2
from lethe.v1 import privacy_request_service_pb2_grpc as lethe_grpc

DEADLINE_SECONDS = 10  # of one try; longer than any answer takes
PATIENCE_SECONDS = 300  # of all tries; then somebody is told, and the same key is used again later
AGAIN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED}


def channel_of(options):
    """TLS, the client's certificate if there is one, and a token with each call if there is one."""
    def read(path):
        with open(path, "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(
        root_certificates=read(options.ca),
        private_key=read(options.key_file) if options.key_file else None,
        certificate_chain=read(options.certificate) if options.certificate else None)
    if options.token_file:
        class Token(grpc.AuthMetadataPlugin):
            def __call__(self, context, callback):
                # Read for each call: a projected token is replaced every hour.
                callback((("authorization", "Bearer " + read(options.token_file).decode().strip()),), None)

        credentials = grpc.composite_channel_credentials(credentials, grpc.metadata_call_credentials(Token()))
    return grpc.secure_channel(options.server, credentials)


def details_of(error):
    """The messages of google.rpc that came with an error, by their names."""
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    known = {}
    for detail in status.details:
        for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo):
            message = kind()
            if detail.Unpack(message):
                known[kind.DESCRIPTOR.name] = message
    return known


def with_retries(call, request):
    """Calls until there is an answer that no repeat changes. Safe: the request has an idempotency key."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    wait = 0.5
    while True:
        try:
            return call(request, timeout=DEADLINE_SECONDS)
        except grpc.RpcError as error:
            if error.code() not in AGAIN or time.monotonic() > give_up:
                raise
            retry = details_of(error).get("RetryInfo")
            asked = retry.retry_delay.ToTimedelta().total_seconds() if retry else 0
            time.sleep(max(asked, wait * random.uniform(0.5, 1)))
            wait = min(2 * wait, 30)


def main():
    parser = argparse.ArgumentParser()
    for name in ("server", "ca", "account", "key", "identities-file"):
        parser.add_argument("--" + name, required=True)
    for name in ("certificate", "key-file", "token-file"):
        parser.add_argument("--" + name)
    options = parser.parse_args()
    with sys.stdin if options.identities_file == "-" else open(options.identities_file, encoding="utf-8") as file:
        identities = file.read().splitlines()
    request = lethe_pb2.CreatePrivacyRequestRequest(
        parent="accounts/" + options.account, idempotency_key=options.key, erasure=lethe_pb2.Erasure(identities=identities))
    with channel_of(options) as channel:
        stub = lethe_grpc.PrivacyRequestServiceStub(channel)
        try:
            kept = with_retries(stub.CreatePrivacyRequest, request)
            # Keep the name beside your ticket. It is durable from here on; look again in hours.
            now = with_retries(stub.GetPrivacyRequest, lethe_pb2.GetPrivacyRequestRequest(name=kept.name))
        except grpc.RpcError as error:
            details = details_of(error)
            info = details.get("ErrorInfo")
            print(f"{error.code().name} {info.reason if info else ''}: {error.details()}", file=sys.stderr)
            for violation in details["BadRequest"].field_violations if "BadRequest" in details else ():
                print(f"  {violation.field}: {violation.description}", file=sys.stderr)
            return 1
    print(now.name, lethe_pb2.PrivacyRequest.State.Name(now.state), "by", now.principal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
