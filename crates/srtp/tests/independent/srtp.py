"""SRTP and SRTCP packets, from RFC 3711, 6188, 6904, 7714 and 9335, as slowly as it may be."""

import hashlib
import hmac
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "zrtp/tests/independent"))
from aes import encrypt_block  # noqa: E402

# name: bytes of key, salt, RTP tag, RTCP tag; cipher
PROFILES = {
    "AEAD_AES_256_GCM": (32, 12, 16, 16, "gcm"),
    "AEAD_AES_128_GCM": (16, 12, 16, 16, "gcm"),
    "AES_256_CM_HMAC_SHA1_80": (32, 14, 10, 10, "cm"),
    "AES_192_CM_HMAC_SHA1_80": (24, 14, 10, 10, "cm"),
    "AES_CM_128_HMAC_SHA1_80": (16, 14, 10, 10, "cm"),
    "AES_256_CM_HMAC_SHA1_32": (32, 14, 4, 10, "cm"),
    "AES_192_CM_HMAC_SHA1_32": (24, 14, 4, 10, "cm"),
    "AES_CM_128_HMAC_SHA1_32": (16, 14, 4, 10, "cm"),
    "NULL_HMAC_SHA1_80": (16, 14, 10, 10, "null"),
}


def number(data):
    return int.from_bytes(data, "big")


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def counter_mode(key, start, length):
    """Keystream: AES of start, start + 1, ..."""
    blocks = -(-length // 16)
    stream = b"".join(
        encrypt_block(key, ((start + i) % 2**128).to_bytes(16, "big")) for i in range(blocks)
    )
    return stream[:length]


def gcm_multiply(x, y):
    """SP 800-38D, 6.3: bit 0 is the leftmost."""
    product, factor = 0, y
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= factor
        factor = factor >> 1 ^ (0xE1 << 120 if factor & 1 else 0)
    return product


def gcm(key, nonce, aad, text):
    """SP 800-38D, 7.1: ciphertext and tag."""
    h = number(encrypt_block(key, bytes(16)))
    start = number(nonce + b"\x00\x00\x00\x01")
    sealed = xor(text, counter_mode(key, start + 1, len(text)))
    padded = b"".join(part + bytes(-len(part) % 16) for part in (aad, sealed))
    padded += (8 * len(aad)).to_bytes(8, "big") + (8 * len(sealed)).to_bytes(8, "big")
    state = 0
    for at in range(0, len(padded), 16):
        state = gcm_multiply(state ^ number(padded[at : at + 16]), h)
    return sealed, xor(state.to_bytes(16, "big"), counter_mode(key, start, 16))


class Session:
    """The keys of one master key, protocol and packet index (RFC 3711, 4.3)."""

    def __init__(self, profile, master_key, master_salt, protocol, index, rate):
        key, self.salt_bytes, rtp_tag, rtcp_tag, self.cipher = PROFILES[profile]
        self.master_key, self.master_salt = master_key, master_salt
        self.r = index // rate if rate else 0
        first = 0 if protocol == "rtp" else 3
        self.tag_bytes = rtp_tag if protocol == "rtp" else rtcp_tag
        self.key = self.derive(first, key)
        self.authentication = self.derive(first + 1, 20)
        self.salt = self.derive(first + 2, self.salt_bytes)
        self.header_key = self.derive(6, key)
        self.header_salt = self.derive(7, self.salt_bytes)

    def derive(self, label, length):
        """x = key_id XOR master_salt, right-aligned; a 96-bit salt has 16 zero bits behind it
        (RFC 7714, 11)."""
        salt = number(self.master_salt + bytes(14 - self.salt_bytes))
        x = (label << 48 | self.r) ^ salt
        return counter_mode(self.master_key, x << 16, length)

    def block(self, salt, ssrc, index):
        """RFC 3711, 4.1.1. A 96-bit salt of RFC 6904 stands at the left (RFC 7714, 8.3)."""
        return (number(salt) << 8 * (16 - len(salt))) ^ ssrc << 64 ^ index << 16

    def nonce(self, ssrc, index):
        """RFC 7714, 8.1: two zero bytes, SSRC, index, with the salt added."""
        return (number(self.salt) ^ ssrc << 48 ^ index).to_bytes(12, "big")

    def mac(self, data):
        return hmac.new(self.authentication, data, hashlib.sha1).digest()[: self.tag_bytes]


class Rtp:
    """A plain packet cut into its parts (RFC 3550, 5.1)."""

    def __init__(self, packet):
        self.fixed = bytearray(packet[:12])
        self.sources = packet[12 : 12 + 4 * (packet[0] & 15)]
        rest = packet[12 + len(self.sources) :]
        self.head, self.elements = b"", b""
        if packet[0] & 16:
            words = number(rest[2:4])
            self.head, self.elements, rest = rest[:4], rest[4 : 4 + 4 * words], rest[4 + 4 * words :]
        self.payload = rest
        self.ssrc = number(packet[8:12])

    def elements_with(self, stream, ids):
        """RFC 6904, 3: the data of these elements, by the bytes of the stream at their place."""
        out, at, two = bytearray(self.elements), 0, self.head[0] == 0x10
        while at < len(out):
            if out[at] == 0:
                at += 1
                continue
            if two:
                element, length, at = out[at], out[at + 1], at + 2
            else:
                element, length, at = out[at] >> 4, (out[at] & 15) + 1, at + 1
            if element in ids:
                out[at : at + length] = xor(out[at : at + length], stream[at : at + length])
            at += length
        return bytes(out)


def protect_rtp(session, packet, index, ids=(), cryptex=False):
    rtp = Rtp(packet)
    roc = (index >> 16).to_bytes(4, "big")
    if ids and rtp.head:
        start = session.block(session.header_salt, rtp.ssrc, index)
        stream = counter_mode(session.header_key, start, len(rtp.elements))
        rtp.elements = rtp.elements_with(stream, ids)
    hidden = cryptex and (rtp.head or rtp.sources)
    if hidden:  # RFC 9335, 5.1
        if not rtp.head:
            rtp.fixed[0] |= 16
            rtp.head = b"\xbe\xde\x00\x00"
        mark = {b"\xbe\xde": b"\xc0\xde", b"\x10\x00": b"\xc2\xde"}[rtp.head[:2]]
        rtp.head = mark + rtp.head[2:]
        clear, text = bytes(rtp.fixed) + rtp.head, rtp.sources + rtp.elements + rtp.payload
    else:
        clear = bytes(rtp.fixed) + rtp.sources + rtp.head + rtp.elements
        text = rtp.payload
    tag = b""
    if session.cipher == "gcm":
        text, tag = gcm(session.key, session.nonce(rtp.ssrc, index), clear, text)
    elif session.cipher == "cm":
        start = session.block(session.salt, rtp.ssrc, index)
        text = xor(text, counter_mode(session.key, start, len(text)))
    if hidden:
        end = len(rtp.sources)
        whole = bytes(rtp.fixed) + text[:end] + rtp.head + text[end:]
    else:
        whole = clear + text
    return whole + (tag or session.mac(whole + roc))


def protect_rtcp(session, packet, index, encrypted=True):
    ssrc = number(packet[4:8])
    word = ((encrypted << 31) | index).to_bytes(4, "big")
    head, text = packet[:8], packet[8:]
    if session.cipher == "gcm":
        nonce = session.nonce(ssrc, index)
        if encrypted:
            text, tag = gcm(session.key, nonce, head + word, text)
        else:
            _, tag = gcm(session.key, nonce, packet + word, b"")
        return head + text + tag + word
    if encrypted:
        start = session.block(session.salt, ssrc, index)
        text = xor(text, counter_mode(session.key, start, len(text)))
    return head + text + word + session.mac(head + text + word)
