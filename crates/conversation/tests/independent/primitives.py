"""The primitives of PROTOCOL.md, 1.2 and 1.3, in plain Python: slow, short, and nobody's library."""

import hashlib
import hmac

# --- hashes and HKDF (RFC 5869)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def extract(salt, ikm):
    return hmac.new(salt, ikm, hashlib.sha256).digest()


def expand(prk, info, length):
    block, out, count = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([count]), hashlib.sha256).digest()
        out, count = out + block, count + 1
    return out[:length]


def label(text):
    return b"privity/v1/" + text.encode() + b"\0"


# --- AES-256-GCM (FIPS 197, SP 800-38D)


def _double(x):
    return (x << 1 ^ (0x11B if x & 0x80 else 0)) & 0xFF


def _times(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = _double(a), b >> 1
    return product


def _box():
    box = []
    for value in range(256):
        x = next((c for c in range(256) if _times(value, c) == 1), 0)
        y = 0x63
        for turn in range(5):
            y ^= (x << turn | x >> (8 - turn)) & 0xFF
        box.append(y)
    return box


BOX = _box()


def _round_keys(key):
    words, rcon = [key[i : i + 4] for i in range(0, 32, 4)], 1
    for i in range(8, 60):
        word = words[-1]
        if i % 8 == 0:
            word = bytes(BOX[b] for b in word[1:] + word[:1])
            word, rcon = bytes([word[0] ^ rcon]) + word[1:], _double(rcon)
        elif i % 8 == 4:
            word = bytes(BOX[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(word, words[-8])))
    return [b"".join(words[i : i + 4]) for i in range(0, 60, 4)]


def _aes(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number, key in enumerate(keys[1:], 1):
        state = [BOX[state[(4 * (c + r) + r) % 16]] for c in range(4) for r in range(4)]
        if number < len(keys) - 1:
            mixed = []
            for c in range(0, 16, 4):
                column = state[c : c + 4]
                for r in range(4):
                    a, b, d, e = (column[(r + i) % 4] for i in range(4))
                    mixed.append(_double(a) ^ _double(b) ^ b ^ d ^ e)
            state = mixed
        state = [a ^ b for a, b in zip(state, key)]
    return bytes(state)


def _ghash(h, data):
    h, y = int.from_bytes(h, "big"), 0
    for i in range(0, len(data), 16):
        y ^= int.from_bytes(data[i : i + 16], "big")
        product, v = 0, h
        for bit in range(127, -1, -1):
            if y >> bit & 1:
                product ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        y = product
    return y.to_bytes(16, "big")


def gcm(key, nonce, text, aad):
    """The ciphertext, or the plaintext, of `text`, and the tag over the ciphertext `sealed`."""
    keys = _round_keys(key)
    stream = b"".join(
        _aes(keys, nonce + (2 + i).to_bytes(4, "big")) for i in range((len(text) + 15) // 16)
    )
    turned = bytes(a ^ b for a, b in zip(text, stream))

    def tag(sealed):
        pad = lambda data: data + bytes(-len(data) % 16)
        lengths = (8 * len(aad)).to_bytes(8, "big") + (8 * len(sealed)).to_bytes(8, "big")
        mac = _ghash(_aes(keys, bytes(16)), pad(aad) + pad(sealed) + lengths)
        return bytes(a ^ b for a, b in zip(mac, _aes(keys, nonce + b"\0\0\0\1")))

    return turned, tag


def gcm_seal(key, text, aad, nonce=bytes(12)):
    sealed, tag = gcm(key, nonce, text, aad)
    return sealed + tag(sealed)


def gcm_open(key, sealed, aad, nonce=bytes(12)):
    text, tag = gcm(key, nonce, sealed[:-16], aad)
    assert tag(sealed[:-16]) == sealed[-16:], "a tag is wrong"
    return text


# --- X25519 (RFC 7748) and Ed25519 (RFC 8032)

P = 2**255 - 19


def x25519(scalar, point):
    k = bytearray(scalar)
    k[0], k[31] = k[0] & 248, k[31] & 127 | 64
    k, u = int.from_bytes(k, "little"), int.from_bytes(point, "little") % 2**255
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a % P, c * b % P, a * a % P, b * b % P
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        e = aa - bb
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


BASE = (9).to_bytes(32, "little")
D = -121665 * pow(121666, P - 2, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493


def _add(p, q):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = p, q
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 == (p[1] * q[2] - q[1] * p[2]) % P


NEUTRAL = (0, 1, 1, 0)


def _mul(k, p):
    q = NEUTRAL
    while k:
        q = _add(q, p) if k & 1 else q
        p, k = _add(p, p), k >> 1
    return q


def _point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & 2**255 - 1
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    point = (x, y, 1, x * y % P)
    return None if _same(_mul(8, point), NEUTRAL) else point


def _encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


G = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_public(seed):
    k = bytearray(hashlib.sha512(seed).digest()[:32])
    k[0], k[31] = k[0] & 248, k[31] & 63 | 64
    return _encode(_mul(int.from_bytes(k, "little"), G))


def ed25519_key(public):
    return _point(public) is not None


def ed25519_verify(public, message, signature):
    a, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    return _same(_mul(s, G), _add(r, _mul(h % ORDER, a)))


# --- HPKE base, DHKEM(X25519), HKDF-SHA256, AES-256-GCM (RFC 9180)

KEM = b"KEM\x00\x20"
HPKE = b"HPKE\x00\x20\x00\x01\x00\x02"


def _extract(suite, salt, name, ikm):
    return extract(salt, b"HPKE-v1" + suite + name + ikm)


def _expand(suite, prk, name, info, length):
    return expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + info, length)


def derive_key_pair(ikm):
    secret = _expand(KEM, _extract(KEM, b"", b"dkp_prk", ikm), b"sk", b"", 32)
    return secret, x25519(secret, BASE)


def _schedule(shared, info):
    context = b"\0" + _extract(HPKE, b"", b"psk_id_hash", b"") + _extract(HPKE, b"", b"info_hash", info)
    secret = _extract(HPKE, shared, b"secret", b"")
    return _expand(HPKE, secret, b"key", context, 32), _expand(HPKE, secret, b"base_nonce", context, 12)


def _shared(dh, enc, public):
    return _expand(KEM, _extract(KEM, b"", b"eae_prk", dh), b"shared_secret", enc + public, 32)


def hpke_open(secret, enc, sealed, info):
    public = x25519(secret, BASE)
    key, nonce = _schedule(_shared(x25519(secret, enc), enc, public), info)
    return gcm_open(key, sealed, b"", nonce)


def hpke_seal(public, text, info, coins):
    secret, enc = derive_key_pair(coins[:32])
    key, nonce = _schedule(_shared(x25519(secret, public), enc, public), info)
    return enc, gcm_seal(key, text, b"", nonce)


# --- RSA-OAEP (RFC 8017) with SHA-256, and what stands behind it (PROTOCOL.md, 1.3)


def der(data):
    """The first value of DER: tag, content, the rest."""
    length, at = data[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(data[2:at], "big")
    return data[0], data[at : at + length], data[at + length :]


def rsa_numbers(pkcs8):
    _, rest, _ = der(pkcs8)
    _, _, rest = der(rest)
    _, _, rest = der(rest)
    _, octets, _ = der(rest)
    _, rest, _ = der(octets)
    numbers = []
    while rest:
        _, number, rest = der(rest)
        numbers.append(int.from_bytes(number, "big"))
    return numbers[1], numbers[2], numbers[3]


def _mask(seed, length):
    blocks = (sha256(seed, i.to_bytes(4, "big")) for i in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def oaep_seal(n, e, k, seed):
    size = (n.bit_length() + 7) // 8
    block = sha256() + bytes(size - len(k) - 66) + b"\1" + k
    block = _xor(block, _mask(seed, len(block)))
    masked = b"\0" + _xor(seed, _mask(block, 32)) + block
    return pow(int.from_bytes(masked, "big"), e, n).to_bytes(size, "big")


def oaep_open(n, d, enc):
    block = pow(int.from_bytes(enc, "big"), d, n).to_bytes(len(enc), "big")
    seed = _xor(block[1:33], _mask(block[33:], 32))
    block = _xor(block[33:], _mask(seed, len(block) - 33))
    assert block[:32] == sha256(), "a label is wrong"
    return block[32:].lstrip(b"\0")[1:]


def rsa_content_key(k, info):
    return expand(extract(label("rsa"), k), info, 32)
