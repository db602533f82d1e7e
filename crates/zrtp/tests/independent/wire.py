"""Packets and messages of RFC 6189, section 5, as bytes."""

import hashlib
import hmac as _hmac


def sha256(data):
    return hashlib.sha256(data).digest()


def mac_8(key, data):
    """Message MACs are HMAC-SHA-256, whatever is negotiated."""
    return _hmac.new(key, data, "sha256").digest()[:8]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def packet(sequence, ssrc, message):
    head = b"\x10\x00" + sequence.to_bytes(2, "big") + b"ZRTP" + ssrc.to_bytes(4, "big")
    return head + message + crc32c(head + message).to_bytes(4, "little")


def message(kind, body=b""):
    assert len(kind) == 8 and len(body) % 4 == 0
    return b"PZ" + (len(body) // 4 + 3).to_bytes(2, "big") + kind + body


def with_mac(key, kind, body):
    """The MAC covers the head, whose length counts the MAC."""
    whole = message(kind, body + bytes(8))
    return whole[:-8] + mac_8(key, whole[:-8])


class Chain:
    """H0 to H3 of one end."""

    def __init__(self, h0):
        self.h0, self.h1 = h0, sha256(h0)
        self.h2 = sha256(self.h1)
        self.h3 = sha256(self.h2)


def hello(chain, zid, flags, lists):
    counts = [len(names) for names in lists]
    word = bytes([flags, counts[0], counts[1] << 4 | counts[2], counts[3] << 4 | counts[4]])
    body = b"1.10" + b"independent     " + chain.h3 + zid + word + b"".join(sum(lists, []))
    return with_mac(chain.h2, b"Hello   ", body)


def commit(chain, zid, algorithms, body):
    return with_mac(chain.h1, b"Commit  ", chain.h2 + zid + b"".join(algorithms) + body)


def dh_part(chain, number, ids, pv):
    body = chain.h1 + b"".join(ids) + pv
    return with_mac(chain.h0, b"DHPart%d " % number, body)


def lengths_word(flags, signature):
    """Nine bits of signature length in words, then the flags."""
    return (len(signature) // 4 << 8 | flags).to_bytes(4, "big")


def confirm_plain(chain, flags, expiration, signature=b""):
    return chain.h0 + lengths_word(flags, signature) + expiration.to_bytes(4, "big") + signature


def relay_plain(flags, sas_type, sashash):
    return lengths_word(flags, b"") + sas_type + sashash
