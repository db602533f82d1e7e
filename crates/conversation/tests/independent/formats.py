"""Reads the frozen small formats by docs/PROTOCOL.md and docs/RELAY.md, and by nothing else.

usage: formats.py formats.json stored.json
"""

import json
import sys

from accounts import bytes16, device_id, holder, pin, statement
from conversation import padme
from primitives import derive_key_pair, ed25519_public
from reader import Reader

CONVERSATION, ALICE = bytes([1]) * 32, bytes([2]) * 32
READERS = {}


def reads(name):
    def note(read):
        READERS[name] = read
        return read

    return note


def bytes32(reader):
    return reader.take(reader.int(4))


def version(reader):
    assert reader.int(1) == 1, "another version"


# --- docs/PROTOCOL.md


@reads("known_heads")
def known_heads(r):
    version(r)
    accounts = r.list(pin, lambda it: it["account"])
    logs = r.list(lambda r: (r.take(32), r.int(8), r.take(32)), lambda it: it[0])
    assert [(it["account"], it["seq"]) for it in accounts] == [(ALICE, 3)]
    assert logs == [(CONVERSATION, 14, bytes([15]) * 32)]


@reads("device_request")
def device_request(r):
    version(r)
    assert len(device_id(holder(r)["sign"])) == 32


@reads("device_draft")
def device_draft(r):
    version(r)
    body, r.data = r.data, b""
    # signatures of nobody make a whole statement of it: one, and one for each holder
    for count in range(1, 4):
        try:
            assert statement(body + bytes(64) * count)["kind"] == 1
            return
        except AssertionError:
            continue
    raise AssertionError("a draft is no statement's body")


@reads("device_consent")
def device_consent(r):
    version(r)
    assert r.take(64) == bytes([21]) * 64


@reads("joining_device")
def joining_device(r):
    version(r)
    read = r.take(32), r.int(1), r.take(32)
    # suite 2 is X25519
    assert read == (bytes([22]) * 32, 2, bytes([23]) * 32)


@reads("joining_request")
def joining_request(r):
    """The public side of the keys in "joining_device"."""
    version(r)
    public = holder(r)
    assert public["sign"] == ed25519_public(bytes([22]) * 32)
    assert public["wrap"]["public"] == derive_key_pair(bytes([23]) * 32)[1]


@reads("window")
def window(r):
    version(r)
    kind = r.int(1)
    assert r.take(32) == bytes([5]) * 32
    if kind == 1:
        assert (r.int(8), r.int(8)) == (14, 1_700_000_000_000)
        return
    assert (kind, r.take(16), r.int(8)) == (0, bytes([6]) * 16, 2)
    mask = r.int(2)
    came = [16 * 2 + bit for bit in range(16) if mask >> bit & 1]
    ids = {counter: r.take(16) for counter in came}
    assert ids == {32: bytes([8]) * 16, 35: bytes([9]) * 16}
    assert (r.int(8), r.int(8), r.int(8)) == (30, 14, 1_700_000_000_000)
    assert r.take(32) == bytes([9]) * 32
    assert (r.int(1), r.int(1)) == (0, 1)


@reads("complaint")
def complaint(r):
    version(r)
    assert (r.take(32), r.take(32)) == (CONVERSATION, ALICE)
    ground = r.int(1)
    assert ground < 2
    if ground:
        assert bytes16(r) == bytes([20]) * 30


@reads("fork_evidence")
def fork_evidence(r):
    version(r)
    ours, theirs = bytes32(r), bytes32(r)
    # conversation, position and prev stand behind version and kind
    assert ours[2:74] == theirs[2:74] and ours[:-64] != theirs[:-64]


@reads("conversation_info")
def conversation_info(r):
    length = len(r.data)
    assert (bytes16(r), bytes16(r)) == (b"a title", bytes([19]) * 9)
    assert length == padme(length - len(r.data))
    assert not any(r.take(len(r.data)))


@reads("file_body")
def file_body(r):
    assert (bytes16(r), bytes32(r)) == (b"notes.txt", bytes([18]) * 40)


@reads("report")
def report(r):
    version(r)
    assert (r.take(32), r.int(8)) == (CONVERSATION, 14)
    assert (r.take(32), r.take(32)) == (bytes([15]) * 32, bytes([16]) * 32)
    assert (r.take(32), r.take(32)) == (ALICE, bytes([5]) * 32)
    assert (r.int(8), r.take(32)) == (3, bytes([4]) * 32)
    assert (r.take(16), r.int(8)) == (bytes([6]) * 16, 7)
    assert (r.take(32), r.take(32)) == (bytes([8]) * 32, bytes([9]) * 32)
    assert (r.int(8), r.int(2), r.take(32)) == (1_700_000_000_000, 0, bytes([10]) * 32)
    assert bytes32(r) == b"a text"
    assert r.take(64) == bytes([17]) * 64
    statements, log = r.list(bytes32), r.list(bytes32)
    assert statement(statements[0])["kind"] == 0
    assert len(statements) == len(log) == 1 and log[0][:2] == bytes([1, 0])


# --- docs/RELAY.md, "Byte layouts" and "Live updates"


@reads("publish_request")
def publish_request(r):
    read = bytes32(r), r.option(bytes32), r.option(bytes32)
    assert read == (b"statement", b"generation", None)


@reads("append_request")
def append_request(r):
    assert (bytes32(r), r.list(bytes32)) == (b"entry", [b"one", b"two"])


@reads("wraps_request")
def wraps_request(r):
    assert r.list(bytes32) == [b"one", b"two"]


@reads("login_request")
def login_request(r):
    read = r.take(32), r.take(32), r.take(32), r.take(64)
    assert read == (ALICE, bytes([5]) * 32, bytes([7]) * 32, bytes([11]) * 64)


def item(r):
    return r.int(8), bytes32(r)


@reads("page")
def page(r):
    assert r.list(item) == [(12, b"stored")]
    assert r.int(1) == 1


@reads("inbox")
def inbox(r):
    assert r.list(lambda r: (r.take(32), r.int(8), r.int(8))) == [(CONVERSATION, 13, 12)]


@reads("relay_error")
def relay_error(r):
    assert (r.int(2), r.int(4), bytes16(r)) == (9, 1_500, b"wait")


@reads("live_frame")
def live_frame(r):
    kind = r.int(1)
    if kind == 0:
        assert r.take(32) == bytes([7]) * 32
    elif kind == 1:
        login_request(r)
    elif kind == 3:
        assert (r.take(32), r.int(8)) == (CONVERSATION, 13)
    elif kind == 4:
        assert (r.take(32), item(r)) == (CONVERSATION, (12, b"stored"))
    elif kind == 5:
        assert r.take(32) == CONVERSATION
    elif kind == 6:
        assert (r.take(32), r.int(8), r.take(32)) == (ALICE, 3, bytes([4]) * 32)
    else:
        assert kind in (2, 7)
    return kind


def main(*paths):
    frozen = {}
    for path in paths:
        with open(path) as file:
            frozen |= json.load(file)
    kinds = set()
    for name, data in frozen.items():
        reader = Reader(bytes.fromhex(data))
        kind = READERS[name.split("/")[0]](reader)
        reader.end()
        kinds.add(kind)
    assert {name.split("/")[0] for name in frozen} == set(READERS), "a format is not frozen"
    assert kinds >= set(range(8)), "a kind of frame is not frozen"


if __name__ == "__main__":
    main(*sys.argv[1:])
