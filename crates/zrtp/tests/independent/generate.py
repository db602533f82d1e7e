"""Writes the files of tests/data/independent, or with --check compares them.

A second computation of what no packaged implementation offers as a peer, written from
RFC 6189 and docs/ZRTP-PQ.md. The files have the format of the recordings.
"""

import hashlib
import hmac
import json
import pathlib
import sys

import aes
import wire
from agreements import AGREEMENTS
from schedule import KEY_BYTES, SALT_BYTES, Schedule, preshared_key, sas_text

FOLDER = pathlib.Path(__file__).parents[1] / "data" / "independent"
ZIDS = {"i": b"initiator zi", "r": b"responder zr"}
SSRC = {"i": 0x0A0A0A0A, "r": 0x0B0B0B0B}
NO_SECRETS = {"s1": b"", "s2_aux": b"", "s3_pbx": b""}
ENROLMENT, VERIFIED, ALLOW_CLEAR = 8, 4, 2
PBX = 0x20


class Handshake:
    """One handshake of a fixed seed; A is the initiator."""

    def __init__(self, title, algorithms, secrets=None, session_key=None, flags=0, hello_flags=0):
        self.title, self.algorithms = title, [name.encode() for name in algorithms.split("|")]
        self.hash, self.cipher, self.tag, self.agreement, self.sas = self.algorithms
        self.given = {**NO_SECRETS, **(secrets or {})}
        self.session_key, self.flags, self.hello_flags = session_key, flags, hello_flags
        self.packets, self.sequence = [], {"i": 100, "r": 200}
        self.secrets = {"i": [], "r": []}
        self.chains = {end: wire.Chain(self.draw(f"h0 {end}", 32)) for end in "ir"}

    def draw(self, name, length):
        return hashlib.shake_256(f"{self.title}, {name}".encode()).digest(length)

    def send(self, end, message):
        datagram = wire.packet(self.sequence[end], SSRC[end], message)
        self.sequence[end] += 1
        direction = {"i": "A->B", "r": "B->A"}[end]
        kind = message[4:12].decode()
        self.packets.append({"dir": direction, "type": kind, "hex": datagram.hex()})
        return message

    def hellos(self):
        lists = [[self.hash], [self.cipher], [self.tag], [self.agreement], [self.sas]]
        for end in "ir":
            flags = self.hello_flags if end == "r" else 0
            hello = wire.hello(self.chains[end], ZIDS[end], flags, lists)
            self.send(end, hello)
            self.hello_r = hello
        for end in "ri":
            self.send(end, wire.message(b"HelloACK"))

    def ids(self, end, name):
        """What a DHPart calls the four secrets; rs2 is never there."""
        label = {"i": b"Initiator", "r": b"Responder"}[end]
        key_of = [self.given["s1"], b"", self.given["s2_aux"], self.given["s3_pbx"]]
        named = [label, label, self.chains[end].h3, label]
        return [
            hmac.new(key, data, name).digest()[:8] if key else self.draw(f"id {i} {end}", 8)
            for i, (key, data) in enumerate(zip(key_of, named))
        ]

    def agree(self):
        """Commit to s0 after a fresh agreement."""
        name = {b"S256": "sha256", b"S384": "sha384"}[self.hash]
        made = AGREEMENTS[self.agreement].run(self.draw, name)
        part2 = wire.dh_part(self.chains["i"], 2, self.ids("i", name), made["pv2"])
        hvi = hashlib.new(name, part2 + self.hello_r).digest()[:32]
        commit = self.commit(hvi + made["commit"])
        part1 = wire.dh_part(self.chains["r"], 1, self.ids("r", name), made["pv1"])
        self.send("r", part1)
        self.send("i", part2)
        schedule = self.schedule(commit + part1 + part2)
        schedule.from_agreement(made["result"], *self.given.values())
        for end in "ir":
            self.secrets[end] += made[f"secrets_{end}"] + [("dhresult", made["result"])]
        return schedule

    def commit(self, body):
        return self.send("i", wire.commit(self.chains["i"], ZIDS["i"], self.algorithms, body))

    def schedule(self, messages):
        total_hash = hashlib.new({b"S256": "sha256", b"S384": "sha384"}[self.hash])
        total_hash.update(self.hello_r + messages)
        return Schedule(self.hash, ZIDS["i"], ZIDS["r"], total_hash.digest())

    def preshare(self):
        key = preshared_key(self.schedule(b""), *self.given.values())
        key_id = self.schedule(b"").hmac(key, b"Prsh")[:8]
        schedule = self.schedule(self.commit(self.draw("nonce", 16) + key_id))
        schedule.from_preshared(key)
        return schedule

    def multistream(self):
        schedule = self.schedule(self.commit(self.draw("nonce", 16)))
        schedule.from_session(self.session_key)
        for end in "ir":
            self.secrets[end].append(("zrtp_session_key", self.session_key))
        return schedule

    def run(self):
        self.hellos()
        kind = {b"Prsh": self.preshare, b"Mult": self.multistream}.get(self.agreement, self.agree)
        self.keys = kind()
        self.confirm("r", 1)
        self.confirm("i", 2)
        self.send("r", wire.message(b"Conf2ACK"))
        return self

    def sealed(self, end, plain, name):
        """MAC, IV and ciphertext as Confirm and SASrelay have them."""
        who = {"i": b"Initiator", "r": b"Responder"}[end]
        iv = self.draw(f"{name} iv {end}", 16)
        key = self.keys.derive(who + b" ZRTP key", KEY_BYTES[self.cipher])
        ciphertext = aes.cfb_encrypt(key, iv, plain)
        mac_key = self.keys.derive(who + b" HMAC key", self.keys.length)
        return self.keys.hmac(mac_key, ciphertext)[:8] + iv + ciphertext

    def confirm(self, end, count):
        flags = self.flags & ~ENROLMENT if end == "i" else self.flags
        plain = wire.confirm_plain(self.chains[end], flags, 0xFFFFFFFF)
        self.send(end, wire.message(b"Confirm%d" % count, self.sealed(end, plain, "confirm")))

    def go_clear(self, end):
        who = {"i": b"Initiator", "r": b"Responder"}[end]
        mac_key = self.keys.derive(who + b" HMAC key", self.keys.length)
        self.send(end, wire.message(b"GoClear ", self.keys.hmac(mac_key, b"GoClear ")[:8]))
        self.send({"i": "r", "r": "i"}[end], wire.message(b"ClearACK"))
        session = self.keys.derive(b"ZRTP Session Key", self.keys.length)
        renewed = self.keys.kdf(session, b"New ZRTP Session", self.keys.zids, self.keys.length)
        self.extra = [("kdf:New ZRTP Session", renewed)]
        return self

    def enrol(self):
        session = self.keys.derive(b"ZRTP Session Key", self.keys.length)
        pbx = self.keys.kdf(session, b"Trusted MiTM key", self.keys.zids, 32)
        self.extra = [("kdf:Trusted MiTM key", pbx)]
        return self

    def relay(self, sas_type):
        sashash = self.draw("other leg", 32)
        plain = wire.relay_plain(VERIFIED, sas_type, sashash)
        self.send("r", wire.message(b"SASrelay", self.sealed("r", plain, "relay")))
        self.send("i", wire.message(b"RelayACK"))
        self.relayed = {"sas": sas_text(sas_type, sashash), "verified": True}
        return self

    def errors(self):
        for code in ERROR_CODES:
            self.send("i", wire.message(b"Error   ", code.to_bytes(4, "big")))
            self.send("r", wire.message(b"ErrorACK"))
        self.error_codes = ERROR_CODES
        return self

    def ping(self):
        ping = self.send("i", wire.message(b"Ping    ", b"1.10" + ZIDS["i"][:8]))
        answer = b"1.10" + ZIDS["r"][:8] + ping[16:24] + SSRC["i"].to_bytes(4, "big")
        self.send("r", wire.message(b"PingACK ", answer))
        return self

    def derived(self):
        keys, is_further = self.keys, self.agreement == b"Mult"
        key_bytes, salt_bytes = KEY_BYTES[self.cipher], SALT_BYTES[self.tag]
        named = [("s0", keys.s0), ("kdf_context", keys.context)]
        for who in (b"Initiator", b"Responder"):
            for label, length in [
                (b" SRTP master key", key_bytes),
                (b" SRTP master salt", salt_bytes),
                (b" HMAC key", keys.length),
                (b" ZRTP key", key_bytes),
            ]:
                named.append(("kdf:" + (who + label).decode(), keys.derive(who + label, length)))
        if not is_further:
            for label, length in [
                (b"SAS", 32),
                (b"retained secret", 32),
                (b"ZRTP Session Key", keys.length),
                (b"Exported key", keys.length),
            ]:
                named.append(("kdf:" + label.decode(), keys.derive(label, length)))
            exported = keys.derive(b"Exported key", keys.length)
            name = b"a label"
            named.append(("exported:a label", keys.kdf(exported, name, keys.context, 20)))
        return named + getattr(self, "extra", [])

    def endpoint(self, end):
        own, peer = {"i": (b"Initiator", b"Responder"), "r": (b"Responder", b"Initiator")}[end]
        key, salt = KEY_BYTES[self.cipher], SALT_BYTES[self.tag]
        derive = lambda who, what, length: self.keys.derive(who + what, length).hex()
        sas = "" if self.agreement == b"Mult" else sas_text(self.sas, self.keys.derive(b"SAS", 32))
        secrets = self.secrets[end] + [(n, v) for n, v in self.given.items() if v] + self.derived()
        return {
            "role": {"i": "initiator", "r": "responder"}[end],
            "zid": ZIDS[end].hex(),
            "ssrc": SSRC[end],
            "sas": sas,
            "selfSrtpKey": derive(own, b" SRTP master key", key),
            "selfSrtpSalt": derive(own, b" SRTP master salt", salt),
            "peerSrtpKey": derive(peer, b" SRTP master key", key),
            "peerSrtpSalt": derive(peer, b" SRTP master salt", salt),
            "secrets": [{"name": name, "hex": value.hex()} for name, value in secrets],
        }

    def to_json(self):
        content = {
            "title": self.title,
            "implementation": "tests/independent/generate.py",
            "endpoints": {"A": self.endpoint("i"), "B": self.endpoint("r")},
            "packets": self.packets,
        }
        for name in ("relayed", "error_codes"):
            if hasattr(self, name):
                content[name] = getattr(self, name)
        return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


ERROR_CODES = [0x10, 0x20, 0x30, 0x40, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x61, 0x62, 0x63]
ERROR_CODES += [0x70, 0x80, 0x90, 0x91, 0xA0, 0xB0, 0x100, 0x7777]
RS1, AUX, TRUSTED = bytes(range(32)), bytes(range(100, 140)), bytes(range(200, 232))

FILES = {
    "preshared_s256_aes1": lambda: Handshake(
        "Preshared, rs1 alone", "S256|AES1|HS80|Prsh|B32 ", {"s1": RS1}
    ).run(),
    "preshared_s384_aes3_all": lambda: Handshake(
        "Preshared, rs1, auxiliary and middle secret",
        "S384|AES3|HS32|Prsh|B256",
        {"s1": RS1, "s2_aux": AUX, "s3_pbx": TRUSTED},
    ).run(),
    "multistream_s256_aes2": lambda: Handshake(
        "Multistream with AES2", "S256|AES2|HS80|Mult|B32 ", session_key=bytes(range(50, 82))
    ).run(),
    "multistream_s384_aes3_gcm": lambda: Handshake(
        "Multistream with GCM", "S384|AES3|GCM |Mult|B32 ", session_key=bytes(range(50, 98))
    ).run(),
    "ec25_s256_aes2_b256": lambda: Handshake(
        "EC25 with AES2", "S256|AES2|HS32|EC25|B256", {"s1": RS1}
    ).run(),
    "ec25_s256_aes1_gcm": lambda: Handshake("EC25 with GCM", "S256|AES1|GCM |EC25|B10D").run(),
    "ec38_s384_aes3_gcm_b32e": lambda: Handshake(
        "EC38 with GCM", "S384|AES3|GCM |EC38|B32E", {"s2_aux": AUX}
    ).run(),
    "x448_s384_aes3_b10d": lambda: Handshake("X448", "S384|AES3|HS80|X448|B10D").run(),
    "xm76_s384_aes3_gcm": lambda: Handshake(
        "The hybrid with S384", "S384|AES3|GCM |XM76|B32 ", {"s1": RS1, "s2_aux": AUX}
    ).run(),
    "xm76_s256_aes1": lambda: Handshake(
        "The hybrid with S256", "S256|AES1|HS80|XM76|B32 "
    ).run(),
    "go_clear": lambda: Handshake(
        "GoClear of the responder", "S384|AES2|HS80|X255|B32 ", flags=ALLOW_CLEAR
    )
    .run()
    .go_clear("r"),
    "enrolment": lambda: Handshake(
        "Enrolment at a PBX", "S256|AES1|HS80|X255|B32 ", flags=ENROLMENT, hello_flags=PBX
    )
    .run()
    .enrol(),
    "sas_relay": lambda: Handshake(
        "SASrelay from an enrolled PBX",
        "S256|AES1|HS80|X255|B32 ",
        {"s1": RS1, "s3_pbx": TRUSTED},
        hello_flags=PBX,
    )
    .run()
    .relay(b"B256"),
    "error_and_ping": lambda: Handshake(
        "Every Error, and Ping", "S256|AES1|HS80|X255|B32 "
    )
    .run()
    .errors()
    .ping(),
}


def main():
    check, wrong = sys.argv[1:] == ["--check"], []
    for name, make in FILES.items():
        path, text = FOLDER / f"{name}.json", make().to_json()
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(path.name)
    if wrong:
        sys.exit("differ from what the script makes: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
