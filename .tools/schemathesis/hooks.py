"""What schemathesis does not know by itself: bodies that are lines."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def line(_context, value):
    """A body of one line; what is bytes already is sent as it is."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"
