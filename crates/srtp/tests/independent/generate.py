"""Writes tests/data/independent/packets.json, or with --check compares it.

A second computation of what no one peer and no published vector has for every profile: session
keys derived anew (RFC 3711, 4.3.1) for both protocols, with hidden headers, and SRTCP with E = 0.
It is held against the RFCs' own packets first.
"""

import hashlib
import json
import pathlib
import sys

from srtp import PROFILES, Session, protect_rtcp, protect_rtp

DATA = pathlib.Path(__file__).parents[1] / "data"
FILE = DATA / "independent" / "packets.json"
SSRC = bytes.fromhex("cafebabe")
IDS = [1, 9, 200]
ONE_BYTE = ("bede", "11aabb" + "00" + "22c0c1c2" + "9301020304")
TWO_BYTE = ("1000", "0104c0c1c2c3" + "c805" + "0102030405" + "0900" + "00")
LONG = ("100f", "c800" + "0203c0c1c2" + "00" * 6 + "c8ff" + "5a" * 255)
# rate and index: the first period, the second, its last packet, one later; where r is short;
# where r has all its bits; a large period
RTP = [(4, 3), (4, 4), (4, 7), (4, 8), (1, 5), (1, 2**48 - 1), (2**24, 70_000 * 2**16 + 9)]
RTCP = [(4, 3), (4, 4), (4, 7), (4, 8), (1, 5), (1, 2**31 - 1), (2**24, 2**24 + 9)]


def draw(name, length):
    return hashlib.shake_256(name.encode()).digest(length)


def rtp(index, sources=0, extension=None):
    head = bytes([0x80 | sources | (0x10 if extension else 0), 96])
    head += (index % 2**16).to_bytes(2, "big") + (index * 160 % 2**32).to_bytes(4, "big") + SSRC
    head += draw("contributing sources", 4 * sources)
    if extension:
        form, body = map(bytes.fromhex, extension)
        body += bytes(-len(body) % 4)
        head += form + (len(body) // 4).to_bytes(2, "big") + body
    return head + draw(f"payload {index}", 37)


def rtcp(index):
    return bytes([0x80, 200, 0, 6]) + SSRC + draw(f"report {index}", 20)


def cases():
    for profile, (key_bytes, salt_bytes, *_, cipher) in PROFILES.items():
        key, salt = draw(f"{profile} key", key_bytes), draw(f"{profile} salt", salt_bytes)
        common = {"profile": profile, "master_key": key.hex(), "master_salt": salt.hex()}

        def media(rate, index, plain, **headers):
            session = Session(profile, key, salt, "rtp", index, rate)
            protected = protect_rtp(session, plain, index, **headers)
            ends = {"plain": plain.hex(), "protected": protected.hex()}
            return {**common, "protocol": "rtp", "rate": rate, "index": index, **headers, **ends}

        def control(rate, index, encrypted):
            session, plain = Session(profile, key, salt, "rtcp", index, rate), rtcp(index)
            protected = protect_rtcp(session, plain, index, encrypted)
            ends = {"plain": plain.hex(), "protected": protected.hex()}
            more = {"protocol": "rtcp", "rate": rate, "index": index, "encrypted": encrypted}
            return {**common, **more, **ends}

        yield from (media(rate, index, rtp(index)) for rate, index in RTP)
        for rate, index in RTCP + [(0, 0), (0, 77)]:
            if cipher != "null":
                yield control(rate, index, True)
            yield control(rate, index, False)
        if cipher == "null":
            continue
        yield media(4, 9, rtp(9, 0, LONG), ids=IDS)
        for extension in (ONE_BYTE, TWO_BYTE):
            for rate, index in [(0, 5), *RTP]:
                yield media(rate, index, rtp(index, 1, extension), ids=IDS)
            yield media(0, 5, rtp(5, 2, extension), cryptex=True)
            yield media(4, 9, rtp(9, 0, extension), cryptex=True)
        yield media(4, 9, rtp(9, 15), cryptex=True)


def check_published():
    """The computation itself, without a rate, against RFC 6904, RFC 9335 and RFC 7714."""
    for name, headers in [("rfc6904", {"ids": [1, 3, 4]}), ("rfc9335", {"cryptex": True})]:
        for case in json.loads((DATA / name / "packets.json").read_text())["cases"]:
            read = {field: bytes.fromhex(case[field]) for field in ("master_key", "master_salt")}
            plain, index = bytes.fromhex(case["plain"]), int(case["plain"][4:8], 16)
            session = Session(case["profile"], *read.values(), "rtp", index, 0)
            made = protect_rtp(session, plain, index, **headers).hex()
            assert made == case["protected"], (name, case["name"])
    for case in json.loads((DATA / "rfc7714" / "packets.json").read_text())["cases"]:
        session = Session(case["profile"], bytes(32), bytes(12), case["protocol"], 0, 0)
        session.key, session.salt = bytes.fromhex(case["key"]), bytes.fromhex(case["salt"])
        plain, index = bytes.fromhex(case["plain"]), case["index"]
        if case["protocol"] == "rtp":
            made = protect_rtp(session, plain, index)
        else:
            made = protect_rtcp(session, plain, index, case["encrypted"])
        assert made.hex() == case["protected"], case["section"]


def main():
    check_published()
    lines = ",\n".join(json.dumps(case) for case in cases())
    made = f'{{"source": "tests/independent/generate.py", "cases": [\n{lines}\n]}}\n'
    if "--check" not in sys.argv[1:]:
        FILE.write_text(made)
    elif FILE.read_text() != made:
        sys.exit(f"{FILE.name} is not what the script makes")


main()
