"""P-256 and P-384 (SEC 2) by affine addition, X25519 and X448 (RFC 7748) by the ladder."""


class Curve:
    def __init__(self, bits, p, b, x, y, n):
        self.length, self.p, self.a, self.b, self.g, self.n = bits // 8, p, p - 3, b, (x, y), n
        assert (y * y - x**3 - self.a * x - b) % p == 0

    def add(self, one, other):
        if one is None or other is None:
            return one or other
        (x1, y1), (x2, y2), p = one, other, self.p
        if x1 == x2:
            if (y1 + y2) % p == 0:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, p)
        x = (slope * slope - x1 - x2) % p
        return x, (slope * (x1 - x) - y1) % p

    def multiply(self, scalar, point):
        result = None
        for bit in bin(scalar)[2:]:
            result = self.add(result, result)
            if bit == "1":
                result = self.add(result, point)
        return result

    def public(self, private):
        x, y = self.multiply(int.from_bytes(private, "big"), self.g)
        return x.to_bytes(self.length, "big") + y.to_bytes(self.length, "big")

    def agree(self, private, peer):
        x, y = (int.from_bytes(part, "big") for part in (peer[: self.length], peer[self.length :]))
        return self.multiply(int.from_bytes(private, "big"), (x, y))[0].to_bytes(self.length, "big")


P256 = Curve(
    256,
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
)
P384 = Curve(
    384,
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
)
for _curve in (P256, P384):
    assert _curve.multiply(_curve.n, _curve.g) is None


class Montgomery:
    def __init__(self, p, a24, base, clamp):
        self.p, self.a24, self.base, self.clamp = p, a24, base, clamp
        self.length = (p.bit_length() + 7) // 8

    def agree(self, private, peer):
        """The ladder of RFC 7748, section 5."""
        p, k = self.p, self.clamp(int.from_bytes(private, "little"))
        u = int.from_bytes(peer, "little") & (1 << p.bit_length()) - 1
        x2, z2, x3, z3, swap = 1, 0, u, 1, 0
        for t in reversed(range(p.bit_length())):
            bit = k >> t & 1
            if swap ^ bit:
                x2, x3, z2, z3 = x3, x2, z3, z2
            swap = bit
            a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
            aa, bb, da, cb = a * a % p, b * b % p, d * a % p, c * b % p
            e = aa - bb
            x3, z3 = (da + cb) ** 2 % p, u * (da - cb) ** 2 % p
            x2, z2 = aa * bb % p, e * (aa + self.a24 * e) % p
        if swap:
            x2, z2 = x3, z3
        return (x2 * pow(z2, p - 2, p) % p).to_bytes(self.length, "little")

    def public(self, private):
        return self.agree(private, self.base.to_bytes(self.length, "little"))


X25519 = Montgomery(2**255 - 19, 121665, 9, lambda k: k & ~7 & (1 << 255) - 1 | 1 << 254)
X448 = Montgomery(2**448 - 2**224 - 1, 39081, 5, lambda k: k & ~3 | 1 << 447)
# RFC 7748, sections 6.1 and 6.2
assert X25519.public(
    bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
) == bytes.fromhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
assert X448.public(
    bytes.fromhex(
        "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5"
        "74a9419744897391006382a6f127ab1d9ac2d8c0a598726b"
    )
) == bytes.fromhex(
    "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb"
    "c836647241d953d40c5b12da88120d53177f80e532c41fa0"
)
