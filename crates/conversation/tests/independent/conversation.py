"""Reads the frozen conversation by docs/PROTOCOL.md, chapters 1 and 4 to 6, and by nothing else.

usage: conversation.py conversation.json
"""

import json
import sys

import x_wing
from primitives import *
from reader import Reader


def padme(length):
    if length < 2:
        return length
    e = length.bit_length() - 1
    s = e.bit_length()
    mask = (1 << (e - s)) - 1
    return (length + mask) & ~mask


# --- 4.1 entry


def read_entry(data):
    reader = Reader(data)
    entry = {"bytes": data, "hash": sha256(label("entry"), data[:-64])}
    assert reader.int(1) == 1
    kind = reader.int(1)
    entry["conversation"], entry["position"] = reader.take(32), reader.int(8)
    entry["prev"], entry["author"], entry["device"] = reader.take(32), reader.take(32), reader.take(32)
    entry["time"], entry["pins"] = reader.int(8), reader.list(lambda r: r.take(72))
    if kind == 0:
        reader.take(32 + 8 + 4 + 6)
        reader.list(lambda r: r.take(33))
        if reader.int(1):
            reader.take(72)
    else:
        assert kind == 4, "only create and rotate are frozen here"
    assert reader.int(1) == 1, "it starts an epoch"
    assert reader.int(1) == 0, "flat"
    entry["commitment_at"] = reader.at
    entry["commitment"] = reader.take(32)
    entry["link"] = reader.take(48) if reader.int(1) else None
    assert reader.int(1) == 1, "it has info"
    entry["salt"] = reader.take(32)
    entry["info"] = reader.take(reader.int(2))
    reader.list(lambda r: r.take(32))
    assert reader.int(4) == 0, "no cuts are frozen here"
    entry["signature"] = reader.take(64)
    reader.end()
    return entry


# --- 5.1 key schedule


def place(entry):
    if entry["position"] == 0:
        at = entry["commitment_at"]
        body = entry["bytes"][:-64]
        return label("create") + sha256(body[:at] + bytes(32) + body[at + 32 :])
    return entry["conversation"] + entry["position"].to_bytes(8, "big") + entry["prev"]


def check_epoch(frozen, before, sign):
    entry = read_entry(bytes.fromhex(frozen["entry"]))
    assert entry["hash"] == bytes.fromhex(frozen["hash"])
    assert ed25519_verify(sign, label("entry-signature") + entry["hash"], entry["signature"])
    secret = bytes.fromhex(frozen["secret"])
    root, p = extract(label("epoch"), secret), place(entry)
    assert expand(root, label("commit") + p, 32) == entry["commitment"]
    if before:
        key = expand(root, label("link") + p, 32)
        aad = p + entry["commitment"] + before["commitment"]
        assert gcm_seal(key, before["secret"], aad) == entry["link"]
        assert gcm_open(key, entry["link"], aad) == before["secret"]
    else:
        assert entry["link"] is None
    bound = label("info") + entry["conversation"] + entry["position"].to_bytes(8, "big")
    bound += entry["prev"] + entry["salt"]
    reader = Reader(gcm_open(expand(root, bound, 32), entry["info"], bound))
    assert reader.take(reader.int(2)).decode() == frozen["title"]
    assert reader.take(reader.int(2)).hex() == frozen["picture"]
    rest = reader.take(len(reader.data))
    assert not any(rest) and reader.size == padme(reader.size - len(rest))
    conversation = entry["hash"] if entry["position"] == 0 else entry["conversation"]
    return {**entry, "secret": secret, "root": root, "conversation": conversation}


# --- 5.2 wraps


def hpke_x25519(public, info, text, coins):
    """Single-shot HPKE base mode (RFC 9180) with the ephemeral key from coins; enc and ct."""
    kem = b"KEM" + (0x20).to_bytes(2, "big")
    prk = labeled_extract(kem, b"", b"dkp_prk", coins)
    ephemeral = labeled_expand(kem, prk, b"sk", b"", 32)
    enc = x25519(ephemeral, (9).to_bytes(32, "little"))
    dh = x25519(ephemeral, public)
    prk = labeled_extract(kem, b"", b"eae_prk", dh)
    shared = labeled_expand(kem, prk, b"shared_secret", enc + public, 32)
    return enc, hpke_seal_with(0x20, shared, info, text)


def hpke_x_wing(public, info, text, coins):
    """The same with X-Wing, whose shared secret is HPKE's (draft-connolly-cfrg-xwing-kem, 5.9)."""
    shared, enc = x_wing.encapsulate(public, coins)
    return enc, hpke_seal_with(0x647A, shared, info, text)


def labeled_extract(id, salt, name, ikm):
    return extract(salt, b"HPKE-v1" + id + name + ikm)


def labeled_expand(id, prk, name, info, length):
    return expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + id + name + info, length)


def hpke_seal_with(kem, shared, info, text):
    suite = b"HPKE" + kem.to_bytes(2, "big") + bytes.fromhex("00010002")
    context = b"\0" + labeled_extract(suite, b"", b"psk_id_hash", b"")
    context += labeled_extract(suite, b"", b"info_hash", info)
    prk = labeled_extract(suite, shared, b"secret", b"")
    key = labeled_expand(suite, prk, b"key", context, 32)
    nonce = labeled_expand(suite, prk, b"base_nonce", context, 12)
    return gcm_seal(key, text, b"", nonce)


def check_wrap(frozen, epoch, sign):
    data, public = bytes.fromhex(frozen["wrapped"]), bytes.fromhex(frozen["public"])
    reader = Reader(data)
    assert reader.int(1) == 1 and reader.int(1) == frozen["suite"]
    assert reader.take(32) == epoch["conversation"]
    assert reader.int(8) == epoch["position"] and reader.take(32) == epoch["hash"]
    assert reader.int(1) == 0, "for an account"
    reader.take(32 + 4)
    assert reader.take(32) == sha256(public)
    context = data[: reader.at]
    enc, ct = reader.take(reader.int(2)), reader.take(reader.int(2))
    reader.take(32 + 32 + 8)
    assert ed25519_verify(sign, label("wrap-signature") + sha256(data[: reader.at]), reader.take(64))
    reader.end()
    coins = expand(epoch["root"], label("coins") + context, 64)
    info = label("wrap") + context
    assert len(ct) == 48
    assert len(enc) == {1: 1120, 2: 32, 3: 384}[frozen["suite"]]
    if frozen["suite"] == 1:
        assert (enc, ct) == hpke_x_wing(public, info, epoch["secret"], coins)
    if frozen["suite"] == 2:
        assert (enc, ct) == hpke_x25519(public, info, epoch["secret"], coins[:32])
    if frozen["suite"] == 3:
        key = expand(extract(label("rsa"), coins[:32]), info, 32)
        assert ct == gcm_seal(key, epoch["secret"], info)
        assert enc == rsa_oaep(public, coins[:32], coins[32:])


def rsa_oaep(der, text, seed):
    """RSAES-OAEP-ENCRYPT (RFC 8017) with SHA-256, MGF1-SHA-256 and an empty label."""

    def element(data, tag):
        assert data[0] == tag
        length, at = data[1], 2
        if length > 127:
            at = 2 + length - 128
            length = int.from_bytes(data[2:at], "big")
        return data[at : at + length], data[at + length :]

    outer, _ = element(der, 0x30)
    _, rest = element(outer, 0x30)
    bits, _ = element(rest, 0x03)
    pair, _ = element(bits[1:], 0x30)
    modulus, rest = element(pair, 0x02)
    exponent, _ = element(rest, 0x02)
    n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    k = (n.bit_length() + 7) // 8

    def mask(seed, length):
        blocks = (sha256(seed, i.to_bytes(4, "big")) for i in range(length // 32 + 1))
        return b"".join(blocks)[:length]

    def xor(a, b):
        return bytes(x ^ y for x, y in zip(a, b))

    block = sha256() + bytes(k - len(text) - 66) + b"\1" + text
    masked = xor(block, mask(seed, len(block)))
    masked_seed = xor(seed, mask(masked, 32))
    number = int.from_bytes(b"\0" + masked_seed + masked, "big")
    return pow(number, e, n).to_bytes(k, "big")


# --- 6 messages


def check_message(frozen, epoch, position, hash, sign, before):
    data = bytes.fromhex(frozen["sealed"])
    reader = Reader(data)
    assert reader.int(1) == 1 and reader.take(32) == epoch["conversation"]
    assert reader.int(8) == position and reader.take(32) == hash
    salt, commitment = reader.take(32), reader.take(32)
    header, sealed = data[: reader.at], data[reader.at :]
    bound = epoch["conversation"] + position.to_bytes(8, "big") + hash
    position_key = expand(epoch["root"], label("position") + bound, 32)
    both = expand(position_key, label("message") + salt, 64)
    assert both[32:] == commitment
    inside = gcm_open(both[:32], sealed, header)
    reader = Reader(inside)
    reader.take(32 + 32 + 8 + 32 + 16)
    counter, previous = reader.int(8), reader.take(32)
    reader.take(32 + 8 + 2 + 32)
    assert reader.take(reader.int(4)).hex() == frozen["body"]
    content = inside[: reader.at]
    id = sha256(label("message"), bound, salt, content)
    assert id == bytes.fromhex(frozen["id"])
    assert ed25519_verify(sign, label("message-signature") + id, reader.take(64))
    assert not any(inside[reader.at :]) and len(inside) == padme(reader.at)
    assert previous == before["id"] and counter == before["counter"] + 1
    return {"id": id, "counter": counter}


def main():
    with open(sys.argv[1]) as file:
        frozen = json.load(file)
    sign = bytes.fromhex(frozen["author_sign_key"])
    epoch = None
    for value in frozen["epochs"]:
        epoch = check_epoch(value, epoch, sign)
    for value in frozen["wraps"]:
        check_wrap(value, epoch, sign)
    position, hash = frozen["position"], bytes.fromhex(frozen["position_hash"])
    before = {"id": bytes(32), "counter": -1}
    for value in frozen["messages"]:
        before = check_message(value, epoch, position, hash, sign, before)
    bound = epoch["conversation"] + position.to_bytes(8, "big") + hash
    exporter = expand(expand(epoch["root"], label("position") + bound, 32), label("export"), 32)
    export, value = frozen["export"], bytes.fromhex(frozen["export"]["value"])
    name = export["label"].encode()
    info = label("app") + len(name).to_bytes(2, "big") + name
    info += sha256(bytes.fromhex(export["context"])) + len(value).to_bytes(2, "big")
    assert expand(exporter, info, len(value)) == value


if __name__ == "__main__":
    main()
