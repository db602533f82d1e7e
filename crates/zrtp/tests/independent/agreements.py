"""The key agreements: each gives the two public values and the result."""

import hashlib
import hmac

import mlkem
from curves import P256, P384, X448, X25519


class Exchange:
    """Both sides send a public value of the same kind."""

    def __init__(self, group, private_name):
        self.group, self.private_name = group, private_name

    def run(self, draw, hash_name):
        private_i, private_r = (draw(f"private {end}", self.group.length) for end in "ir")
        if hasattr(self.group, "n"):  # below the order of the curve
            private_i, private_r = (b"\x7f" + private[1:] for private in (private_i, private_r))
        pv_i, pv_r = self.group.public(private_i), self.group.public(private_r)
        result = self.group.agree(private_i, pv_r)
        assert result == self.group.agree(private_r, pv_i)
        return {
            "commit": b"",
            "pv2": pv_i,
            "pv1": pv_r,
            "result": result,
            "secrets_i": [(self.private_name, private_i)],
            "secrets_r": [(self.private_name, private_r)],
        }


def _x25519_secret(dh, ct, pk):
    """HKDF-SHA-256 with the labels of docs/ZRTP-PQ.md; one block of output."""
    prk = hmac.new(b"", b"ZRTPKEM" + b"\0\x20" + b"eae_prk" + dh, "sha256").digest()
    info = b"\0\x20" + b"ZRTP-v1.1KEM" + b"\0\x20" + b"shared_secret" + ct + pk
    return hmac.new(prk, info + b"\x01", "sha256").digest()


class Hybrid:
    """X25519 with ML-KEM-768 (docs/ZRTP-PQ.md)."""

    def run(self, draw, hash_name):
        x_i, x_r = draw("x i", 32), draw("x r", 32)
        seed, coins, nonce = draw("ml-kem seed", 64), draw("ml-kem coins", 32), draw("nonce", 16)
        ek, dk = mlkem.keys(seed[:32], seed[32:])
        pk_x, ct_x = X25519.public(x_i), X25519.public(x_r)
        ct_m, ss_m = mlkem.encapsulate(ek, coins)
        assert ss_m == mlkem.decapsulate(dk, ct_m)
        ss_x = _x25519_secret(X25519.agree(x_i, ct_x), ct_x, pk_x)
        t = hmac.new(b"", ss_x, hash_name).digest()
        t = hmac.new(t, ss_m, hash_name).digest()
        result = hmac.new(t, ct_x + ct_m, hash_name).digest()
        assert hashlib.new(hash_name).digest_size == len(result)
        return {
            "commit": pk_x + ek,
            "pv2": nonce,
            "pv1": ct_x + ct_m,
            "result": result,
            "secrets_i": [("x25519_private", x_i), ("ml_kem_seed", seed), ("nonce", nonce)],
            "secrets_r": [("x25519_private", x_r), ("ml_kem_coins", coins)],
        }


AGREEMENTS = {
    b"EC25": Exchange(P256, "dh_private_be"),
    b"EC38": Exchange(P384, "dh_private_be"),
    b"X255": Exchange(X25519, "dh_private_rfc7748"),
    b"X448": Exchange(X448, "dh_private_rfc7748"),
    b"XM76": Hybrid(),
}
