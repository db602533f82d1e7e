"""Reads the frozen log by docs/PROTOCOL.md, chapter 4, and by nothing else: entries byte by byte,
their chain and signatures, and the fold as it stands after each.

usage: log.py log.json
"""

import copy
import json
import sys

from primitives import *
from reader import Reader

# Where the policy says whether newcomers get the history (0) or not (1).
HISTORY = 12
CREATE, ADD, REMOVE, LEAVE, ROTATE, SET_INFO, SET_POLICY, SET_ROLE = range(8)


# --- 4.1 entry, 4.3 kinds


def account(reader):
    return reader.take(32)


def member(reader):
    return reader.take(32), reader.int(1)


def pin(reader):
    return reader.take(32), reader.int(8), reader.take(32)


def cut(reader):
    return reader.take(32), accounts(reader)


def epoch(reader):
    assert reader.int(1) == 0, "flat"
    return reader.take(32), reader.option(lambda r: r.take(48))


def accounts(reader):
    return reader.list(account, lambda one: one)


def by_first(reader, read):
    return reader.list(read, lambda one: one[0])


def read_action(reader, kind):
    if kind == CREATE:
        fields = reader.take(32), reader.take(18), by_first(reader, member)
        return fields + (reader.option(lambda r: r.take(72)),)
    if kind == ADD:
        return accounts(reader), reader.int(8)
    if kind == REMOVE:
        return accounts(reader)
    if kind == LEAVE:
        return reader.option(account)
    if kind == SET_POLICY:
        return reader.take(18)
    if kind == SET_ROLE:
        return member(reader)
    assert kind in (ROTATE, SET_INFO)
    return None


def read_entry(data):
    reader = Reader(data)
    assert reader.int(1) == 1
    entry = {"kind": reader.int(1), "conversation": reader.take(32), "position": reader.int(8)}
    entry |= {"prev": reader.take(32), "author": reader.take(32), "device": reader.take(32)}
    entry |= {"time": reader.int(8), "pins": by_first(reader, pin)}
    entry["action"] = read_action(reader, entry["kind"])
    entry["epoch"] = reader.option(epoch)
    entry["info"] = reader.option(lambda r: (r.take(32), r.take(r.int(2))))
    entry["also_removed"] = accounts(reader)
    entry["cuts"] = by_first(reader, cut)
    entry["signature"] = reader.take(64)
    reader.end()
    entry["hash"] = sha256(label("entry"), data[:-64])
    return entry


# --- 4.2 to 4.5, the fold


class Fold:
    def __init__(self, accounts):
        self.accounts = accounts
        self.members, self.epochs, self.kept, self.left = {}, [], {}, False
        self.shut = 0

    def head(self, account, seq, hash):
        known = self.accounts[account]["heads"]
        found = [one for one in known if (one["seq"], one["hash"]) == (seq, hash.hex())]
        assert len(found) == 1, "a pin is a statement of its account"
        return found[0]

    def check_author(self, entry):
        seq, hash = self.members[entry["author"]]["pin"]
        head = self.head(entry["author"], seq, hash)
        assert entry["device"].hex() in head["devices"], "its device is active"
        devices = self.accounts[entry["author"]]["devices"]
        seed = next(one["seed"] for one in devices if one["device"] == entry["device"].hex())
        signed = label("entry-signature") + entry["hash"]
        key = ed25519_public(bytes.fromhex(seed))
        assert ed25519_verify(key, signed, entry["signature"])

    def check_grant(self, entry, granted_from):
        """4.5: nothing older, or a segment that the author has and that is open."""
        if granted_from == entry["position"]:
            assert entry["epoch"] and entry["epoch"][1] is None, "behind a fence"
            return
        segments = [one["segment"] for one in self.epochs]
        assert granted_from in segments, "the first anchor of a segment"
        assert granted_from >= self.members[entry["author"]]["granted_from"], "not wider"
        assert granted_from >= self.shut and self.policy[HISTORY] == 0, "still shut"

    def join(self, entry, account, role, granted_from, added_by):
        self.members[account] = {
            "role": role,
            "joined": entry["position"],
            "granted_from": granted_from,
            "added_by": added_by,
            "pin": self.kept.get(account),
        }

    def go(self, account):
        self.kept[account] = self.members.pop(account)["pin"]

    def apply(self, entry):
        kind, action, at = entry["kind"], entry["action"], entry["position"]
        author = entry["author"]
        if kind == CREATE:
            self.policy = action[1]
            for account, role in action[2]:
                self.join(entry, account, role, 0, None)
        else:
            assert author in self.members, "the author is a member"
        if kind == ADD:
            self.check_grant(entry, action[1])
            for account in action[0]:
                self.join(entry, account, 0, action[1], entry["device"])
        for account, seq, hash in entry["pins"]:
            self.head(account, seq, hash)
            before = self.members[account]["pin"]
            assert before is None or before == (seq, hash) or before[0] < seq, "forward"
            self.members[account]["pin"] = (seq, hash)
        assert all(member["pin"] for member in self.members.values()), "everybody is pinned"
        self.check_author(entry)
        if kind == REMOVE:
            assert author not in action
            for account in action:
                self.go(account)
        for account in entry["also_removed"]:
            self.go(account)
        if kind == LEAVE:
            assert not entry["epoch"], "who leaves starts no epoch"
            self.go(author)
            self.left = True
            if action:
                self.members[action]["role"] = 1
        if kind == SET_POLICY:
            if (self.policy[HISTORY], action[HISTORY]) == (1, 0):
                self.shut = at
            self.policy = action
        if kind == SET_ROLE:
            self.members[action[0]]["role"] = action[1]
        assert not self.members or any(one["role"] == 1 for one in self.members.values())
        if entry["epoch"]:
            commitment, link = entry["epoch"]
            segment = self.epochs[-1]["segment"] if link else at
            self.epochs.append(
                {"anchor": at, "commitment": commitment, "link": link, "segment": segment}
            )
            self.left = False
        if entry["info"]:
            self.info = at
        assert entry["epoch"] or kind in (ADD, LEAVE, SET_INFO, SET_POLICY, SET_ROLE)

    def owed(self, granted_from):
        """The last epoch of each segment from `granted_from` on (4.5)."""
        last = {one["segment"]: one["anchor"] for one in self.epochs}
        return [anchor for anchor in last.values() if anchor >= granted_from]

    def view(self, entry):
        shown = lambda value: value.hex() if value is not None else None
        members = []
        for account, one in sorted(self.members.items()):
            pin = {"hash": one["pin"][1].hex(), "seq": one["pin"][0]}
            member = {"account": account.hex(), "added_by": shown(one["added_by"]), "pin": pin}
            member |= {name: one[name] for name in ("granted_from", "joined", "role")}
            members.append(member | {"owed": self.owed(one["granted_from"])})
        epoch = {name: value for name, value in self.epochs[-1].items()}
        epoch |= {name: shown(epoch[name]) for name in ("commitment", "link")}
        return {
            "author": entry["author"].hex(),
            "device": entry["device"].hex(),
            "epoch": epoch,
            "hash": entry["hash"].hex(),
            "info": self.info,
            "members": members,
            "policy": self.policy.hex(),
            "position": entry["position"],
            "rotation_due": self.left,
        }


def main():
    with open(sys.argv[1]) as file:
        frozen = json.load(file)
    known = {bytes.fromhex(one["account"]): one for one in frozen["accounts"]}
    fold, before, conversation = Fold(known), bytes(32), bytes(32)
    folds = {}
    assert len(frozen["entries"]) == len(frozen["views"])
    for position, (stored, view) in enumerate(zip(frozen["entries"], frozen["views"])):
        entry = read_entry(bytes.fromhex(stored["bytes"]))
        assert entry["hash"].hex() == stored["hash"]
        place = (entry["position"], entry["prev"], entry["conversation"])
        assert place == (position, before, conversation), "it follows the one before"
        fold.apply(entry)
        assert fold.view(entry) == view, f"view at {position}"
        before = entry["hash"]
        conversation = conversation if position else entry["hash"]
        folds[before] = copy.deepcopy(fold)
    for stored in frozen["refused"]:
        check_refused(folds, stored)


def check_refused(folds, stored):
    entry = read_entry(bytes.fromhex(stored["bytes"]))  # well-formed: the rules refuse it
    try:
        copy.deepcopy(folds[entry["prev"]]).apply(entry)
    except (AssertionError, KeyError):
        return
    raise SystemExit(f"not refused: {stored['refused']}")


main()
