"""Reads the frozen accounts by docs/PROTOCOL.md, chapters 1 to 3, and by nothing else.

usage: accounts.py account.json words.txt
"""

import json
import sys

from primitives import *
from reader import Reader

# --- 1.1 encoding


def bytes16(reader):
    return reader.take(reader.int(2))


# --- 2 identifiers and text forms


def device_id(sign):
    return sha256(label("device"), sign)


def bech32m(text, prefix):
    charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    assert text.startswith(prefix + "1"), "another prefix"
    symbols = [charset.index(c) for c in text[len(prefix) + 1 :]]
    check = 1
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    for value in spread + symbols:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= g if top >> i & 1 else 0
    assert check == 0x2BC830A3, "a checksum is wrong"
    bits = "".join(f"{s:05b}" for s in symbols[:-6])
    whole = len(bits) // 8 * 8
    assert "1" not in bits[whole:], "padding is not zero"
    return bytes(int(bits[i : i + 8], 2) for i in range(0, whole, 8))


# --- 3.1 statements


def wrap_key(reader):
    return {"suite": reader.int(1), "public": bytes16(reader)}


def holder(reader):
    return {"sign": reader.take(32), "wrap": wrap_key(reader)}


def account_key(reader):
    return {"generation": reader.int(4), "key": wrap_key(reader), "seeded": reader.int(1)}


def pin(reader):
    return {"account": reader.take(32), "seq": reader.int(8), "hash": reader.take(32)}


def statement(data):
    reader = Reader(data)
    assert reader.int(1) == 1, "another version"
    body = {"kind": reader.int(1)}
    body["nonce"] = reader.take(32) if body["kind"] == 0 else None
    body["account"], body["seq"], body["prev"] = reader.take(32), reader.int(8), reader.take(32)
    body["signer"] = reader.take(32) if reader.int(1) else None
    body["add"] = reader.list(holder, lambda it: device_id(it["sign"]))
    body["revoke"] = reader.list(lambda it: it.take(32), lambda it: it)
    body["replace"] = reader.option(wrap_key)
    body["key"] = reader.option(account_key)
    body["recovery"] = reader.option(holder)
    signed = data[: len(data) - len(reader.data)]
    body["hash"] = sha256(label("account"), signed)
    body["introduced"] = body["add"] + ([body["recovery"]] if body["recovery"] else [])
    body["signature"] = reader.take(64)
    body["possession"] = [reader.take(64) for _ in body["introduced"]]
    reader.end()
    return body


# --- 3.2 rules


class Chain:
    def __init__(self, genesis):
        self.hashes, self.devices, self.keys, self.recovery = [], {}, [], None
        self.signs, self.closed, self.reset = set(), False, False
        self.append(genesis, self.genesis_fault(genesis))
        self.id = self.hashes[0]

    def active(self):
        return [] if self.closed else [d for d, it in self.devices.items() if it["active"]]

    def genesis_fault(self, s):
        zero = s["account"] == bytes(32) and s["prev"] == bytes(32) and s["seq"] == 0
        if s["kind"] != 0 or not zero or s["revoke"] or s["replace"]:
            return "NotGenesis"
        if not s["key"] or s["key"]["generation"] != 0:
            return "Generation"
        signers = {device_id(it["sign"]): it["sign"] for it in s["add"]}
        if s["recovery"]:
            signers[None] = s["recovery"]["sign"]
        return self.key_fault(s) or self.signature_fault(s, signers.get(s["signer"]))

    def update_fault(self, s):
        next_place = (self.id, len(self.hashes), self.hashes[-1])
        if s["kind"] == 0 or (s["account"], s["seq"], s["prev"]) != next_place:
            return "NotNext"
        if s["seq"] >= 65536:
            return "TooLong"
        if self.closed:
            return "Closed"
        if s["signer"] is None:
            sign = self.recovery and self.recovery["sign"]
        else:
            sign = s["signer"] in self.active() and self.devices[s["signer"]]["sign"]
        if not sign:
            return "SignerUnknown"
        says = s["add"] or s["revoke"] or s["replace"] or s["key"] or s["recovery"]
        if s["kind"] == 2:
            return "Closed" if says else self.signature_fault(s, sign)
        if not says:
            return "Empty"
        return self.change_fault(s) or self.key_fault(s) or self.signature_fault(s, sign)

    def change_fault(self, s):
        if any(it not in self.active() for it in s["revoke"]):
            return "RevokeUnknown"
        if s["recovery"] and self.recovery and s["signer"] is not None:
            return "RecoveryOutranks"
        if s["replace"]:
            own = s["signer"] and self.devices[s["signer"]]
            if not own or s["signer"] in s["revoke"] or s["replace"] in own["wraps"]:
                return "ReplaceWrap"
        if not s["key"]:
            return "GenerationDue" if s["revoke"] or s["replace"] else None
        newest, new = self.keys[-1], s["key"]
        stays = new["seeded"] == 0 == newest["seeded"] and new["key"] == newest["key"]
        used = any(it["key"] == new["key"] for it in self.keys)
        counts = new["generation"] == newest["generation"] + 1
        return None if counts and (not used or stays) else "Generation"

    def key_fault(self, s):
        signs = [it["sign"] for it in s["introduced"]]
        if len(set(signs)) < len(signs) or any(it in self.signs for it in signs):
            return "KeyReused"
        recovery = s["recovery"] or self.recovery
        staying = [it for it in self.active() if it not in s["revoke"]]
        if not recovery and not s["add"] and not staying:
            return "Nobody"
        key = s["key"] or self.keys[-1]
        if key["seeded"] == 0 and (not recovery or recovery["wrap"] != key["key"]):
            return "Direct"
        return None

    def signature_fault(self, s, sign):
        if not sign:
            return "SignerUnknown"
        if not ed25519_verify(sign, label("statement") + s["hash"], s["signature"]):
            return "Signature" if ed25519_key(sign) else "SigningKey"
        for it, proof in zip(s["introduced"], s["possession"]):
            if not ed25519_verify(it["sign"], label("possession") + s["hash"], proof):
                return "Possession" if ed25519_key(it["sign"]) else "SigningKey"
        return None

    def append(self, s, fault):
        assert fault is None, fault
        before = self.active()
        for it in s["revoke"]:
            self.devices[it]["active"] = False
        self.reset = s["signer"] is None and bool(before) and not self.active()
        if s["replace"]:
            self.devices[s["signer"]]["wraps"].append(s["replace"])
        for it in s["add"]:
            device = {"sign": it["sign"], "wraps": [it["wrap"]], "active": True}
            self.devices[device_id(it["sign"])] = device
        self.signs.update(it["sign"] for it in s["introduced"])
        self.keys += [s["key"]] if s["key"] else []
        self.recovery = s["recovery"] or self.recovery
        self.hashes.append(s["hash"])
        self.closed = s["kind"] == 2

    def place(self):
        key = None if self.closed else self.keys[-1]
        wraps = [self.devices[it]["wraps"][-1] for it in self.active()]
        wraps += [self.recovery["wrap"]] if self.recovery else []
        return {
            "seq": len(self.hashes) - 1,
            "devices": [it.hex() for it in self.active()],
            "generation": key and key["generation"],
            "suite": key and key["key"]["suite"],
            "recovery": self.recovery and device_id(self.recovery["sign"]).hex(),
            "closed": self.closed,
            "reset": self.reset,
            "post_quantum": bool(key) and all(it["suite"] == 1 for it in wraps + [key["key"]]),
        }


def read_chain(account):
    statements = [statement(bytes.fromhex(it["bytes"])) for it in account["statements"]]
    assert [it["hash"].hex() for it in statements] == [it["hash"] for it in account["statements"]]
    chain = Chain(statements[0])
    places = [chain.place()]
    for it in statements[1:]:
        chain.append(it, chain.update_fault(it))
        places.append(chain.place())
    assert places == account["places"], places
    assert chain.id.hex() == account["account"] and bech32m(account["text"], "pva") == chain.id
    return chain


# --- 3.4 generations, 3.7 registered keys


def holder_wrap(reader):
    return {
        "holder": reader.take(32),
        "suite": reader.int(1),
        "fingerprint": reader.take(32),
        "enc": bytes16(reader),
        "ct": bytes16(reader),
    }


def record(data):
    reader = Reader(data)
    assert reader.int(1) == 1
    out = {"account": reader.take(32), "generation": reader.int(4)}
    out["older"] = reader.option(lambda it: it.take(48))
    out["wraps"] = reader.list(holder_wrap, lambda it: (it["holder"], it["fingerprint"]))
    reader.end()
    return out


def open_wrap(wrap, secret, to, kind, middle):
    """Opens a holder's wrap, and makes it again from what came out."""
    fingerprint = sha256(to["wrap"]["public"])
    assert wrap["holder"] == device_id(to["sign"]) and wrap["fingerprint"] == fingerprint
    context = bytes([1, wrap["suite"]]) + middle + wrap["holder"] + fingerprint
    info = label(kind) + context
    if wrap["suite"] == 2:
        opened = hpke_open(secret, wrap["enc"], wrap["ct"], info)
    else:
        n, e, d = secret
        k = oaep_open(n, d, wrap["enc"])
        opened = gcm_open(rsa_content_key(k, info), wrap["ct"], info)
    salt = "seed" if kind == "holder" else kind
    coins = expand(extract(label(salt), opened), label("coins") + context, 64)
    if wrap["suite"] == 2:
        again = hpke_seal(to["wrap"]["public"], opened, info, coins)
    else:
        k = coins[:32]
        again = oaep_seal(n, e, k, coins[32:]), gcm_seal(rsa_content_key(k, info), opened, info)
    assert again == (wrap["enc"], wrap["ct"]), "a wrap is not derived from its secret"
    return opened


def pair_seed(seed, account, generation, suite):
    account = account if generation else bytes(32)
    info = label("wrap-key") + account + generation.to_bytes(4, "big") + bytes([suite])
    return expand(extract(label("seed"), seed), info, 32)


def read_generations(account, chain):
    own = own_account(bytes.fromhex(account["own"]))
    assert own["account"] == chain.id
    assert bech32m(account["device_text"], "pvd") == device_id(ed25519_public(own["sign"]))
    stated = [(it["generation"], it["suite"], it["seed"]) for it in account["generations"]]
    assert [(g, s, seed.hex()) for g, s, seed in own["seeds"]] == stated
    seeds = {generation: seed for generation, _, seed in own["seeds"]}
    keys = {it["generation"]: it["key"]["public"] for it in chain.keys}
    for generation, suite, seed in own["seeds"]:
        if suite == 2:
            _, public = derive_key_pair(pair_seed(seed, chain.id, generation, suite))
            assert public == keys[generation], "a seed does not give the stated key"
    for it in map(record, map(bytes.fromhex, account["generation_records"])):
        assert it["account"] == chain.id
        if it["older"]:
            info = label("older") + chain.id + it["generation"].to_bytes(4, "big")
            key = expand(extract(label("seed"), seeds[it["generation"]]), info, 32)
            assert gcm_open(key, it["older"], b"") == seeds[it["generation"] - 1]
    return own, seeds


def own_account(data):
    reader = Reader(data)
    assert reader.int(1) == 1
    out = {"account": reader.take(32), "sign": reader.take(32), "suite": reader.int(1)}
    out["wrap"], _, _ = reader.take(32), reader.int(8), reader.int(8)
    out["seeds"] = reader.list(lambda it: (it.int(4), it.int(1), it.take(32)), lambda it: it[0])
    assert reader.option(lambda _: None) is None
    reader.end()
    return out


def read_registered(account, chain, secret):
    reader = Reader(bytes.fromhex(account["registered_seed"]))
    assert reader.int(1) == 1 and reader.take(32) == chain.id
    wrap = holder_wrap(reader)
    reader.end()
    seed = open_wrap(wrap, secret, chain.recovery, "registered", chain.id)
    assert ed25519_public(seed) == chain.recovery["sign"]
    _, seeds = read_generations(account, chain)
    for it in map(record, map(bytes.fromhex, account["generation_records"])):
        wraps = [w for w in it["wraps"] if w["holder"] == device_id(chain.recovery["sign"])]
        middle = chain.id + it["generation"].to_bytes(4, "big")
        opened = open_wrap(wraps[0], secret, chain.recovery, "holder", middle)
        assert opened == seeds[it["generation"]]


# --- 3.6 recovery, 3.8 cards, 3.9 verification


def read_phrase(account, chain, words):
    places = [words.index(word) for word in account["phrase"]["words"].split()]
    bits = "".join(f"{place:011b}" for place in places)
    secret = bytes(int(bits[i : i + 8], 2) for i in range(0, 256, 8))
    assert int(bits[256:], 2) == sha256(secret)[0], "a word is wrong"
    root = extract(label("recovery"), secret)
    public = ed25519_public(expand(root, label("sign"), 32))
    assert public.hex() == account["phrase"]["sign"] and public == chain.recovery["sign"]


def read_people(account, chain, own):
    head = {"account": chain.id, "seq": len(chain.hashes) - 1, "hash": chain.hashes[-1]}
    card = bech32m(account["card"]["text"], "pvcard")
    assert card.hex() == account["card"]["bytes"]
    reader = Reader(card)
    assert reader.int(1) == 1 and pin(reader) == head
    assert bytes16(reader).decode() == account["login"]["origin"]
    reader.end()
    code = bech32m(account["code"]["text"], "pvqr")
    assert code.hex() == account["code"]["bytes"]
    reader = Reader(code)
    assert reader.int(1) == 1 and pin(reader) == head
    other = pin(reader)["account"]
    reader.end()
    assert other.hex() == account["safety_number"]["with"]
    ids = b"".join(sorted([chain.id, other]))
    text = expand(extract(label("safety-number"), ids), label("safety-number"), 60)
    groups = [int.from_bytes(text[i : i + 5], "big") % 100000 for i in range(0, 60, 5)]
    assert " ".join(f"{it:05}" for it in groups) == account["safety_number"]["digits"]
    login, sign = account["login"], ed25519_public(own["sign"])
    origin = login["origin"].encode()
    signed = label("login") + len(origin).to_bytes(2, "big") + origin
    signed += bytes.fromhex(login["nonce"]) + chain.id + device_id(sign)
    assert ed25519_verify(sign, signed, bytes.fromhex(login["signature"]))


def main(vectors, words):
    vectors = json.load(open(vectors))
    words = open(words).read().split()
    account = vectors["seeded"]
    chain = read_chain(account)
    own, _ = read_generations(account, chain)
    read_phrase(account, chain, words)
    read_people(account, chain, own)
    account = vectors["registered_x25519"]
    private = bytes.fromhex(account["private_pkcs8"])[-32:]
    read_registered(account, read_chain(account), private)
    account = vectors["registered_rsa"]
    private = rsa_numbers(bytes.fromhex(account["private_pkcs8"]))
    read_registered(account, read_chain(account), private)
    chain = Chain(statement(bytes.fromhex(vectors["refused"]["genesis"])))
    for it in vectors["refused"]["statements"]:
        fault = chain.update_fault(statement(bytes.fromhex(it["bytes"])))
        assert fault == it["refused"], (fault, it["refused"])
    print("the frozen accounts read as docs/PROTOCOL.md says")


if __name__ == "__main__":
    main(*sys.argv[1:])
