"""The key schedule of RFC 6189: 4.4.1.4, 4.4.2, 4.4.3 and 4.5, and the SAS of 4.5.2 and 5.1.6."""

import hashlib
import hmac as _hmac
import pathlib

HASHES = {b"S256": "sha256", b"S384": "sha384"}
KEY_BYTES = {b"AES1": 16, b"AES2": 24, b"AES3": 32}
SALT_BYTES = {b"HS32": 14, b"HS80": 14, b"GCM ": 12}
WORDS = pathlib.Path(__file__).parents[2] / "src" / "words"


def number(value):
    return value.to_bytes(4, "big")


class Schedule:
    """Everything after s0, for one handshake."""

    def __init__(self, hash_name, zid_i, zid_r, total_hash):
        self.name = HASHES[hash_name]
        self.length = hashlib.new(self.name).digest_size
        self.zids, self.total_hash = zid_i + zid_r, total_hash
        self.context = self.zids + total_hash

    def hash(self, data):
        return hashlib.new(self.name, data).digest()

    def hmac(self, key, data):
        return _hmac.new(key, data, self.name).digest()

    def kdf(self, key, label, context, length):
        assert length <= self.length
        data = number(1) + label + b"\0" + context + number(8 * length)
        return self.hmac(key, data)[:length]

    def from_agreement(self, result, s1, s2, s3):
        data = number(1) + result + b"ZRTP-HMAC-KDF" + self.context
        for secret in (s1, s2, s3):
            data += number(len(secret)) + secret
        self.s0 = self.hash(data)

    def from_session(self, session_key):
        self.s0 = self.kdf(session_key, b"ZRTP MSK", self.context, self.length)

    def from_preshared(self, key):
        self.s0 = self.kdf(key, b"ZRTP PSK", self.context, self.length)

    def derive(self, label, length):
        return self.kdf(self.s0, label, self.context, length)


def preshared_key(schedule, rs1, aux, pbx):
    return schedule.hash(b"".join(number(len(part)) + part for part in (rs1, aux, pbx)))


def sas_text(kind, sashash):
    value = int.from_bytes(sashash[:4], "big")
    fives = [value >> shift & 31 for shift in (27, 22, 17, 12)]
    if kind == b"B32 ":
        return "".join("ybndrfg8ejkmcpqxot1uwisza345h769"[five] for five in fives)
    if kind == b"B32E":
        return "".join(EMOJI[five] for five in fives)
    if kind == b"B256":
        even, odd = ((WORDS / name).read_text().split("\n") for name in ("even.txt", "odd.txt"))
        return even[sashash[0]] + ":" + odd[sashash[1]]
    numbers = (int.from_bytes(sashash[i : i + 4], "big") for i in range(29))
    first, second = [n for n in numbers if n <= 0xFFFFFED8][:2]
    return "%d%d" % (first % 1000, second % 1000)


EMOJI = [
    chr(int(point, 16))
    for point in (
        "1f601 1f63a 1f465 1f332 1f45f 270b 1f44d 1f435 1f434 1f40d 1f41f 1f338 1f310 1f3e0 1f31e "
        "1f698 1f535 1f6a2 1f53a 1f42a 1f525 1f388 1f426 1f50d 1f4d7 1f4a1 1f536 1f528 1f55b 1f31f "
        "274e 1f6a9"
    ).split()
]
