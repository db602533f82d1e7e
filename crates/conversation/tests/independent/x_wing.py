"""X-Wing (draft-connolly-cfrg-xwing-kem) and the half of ML-KEM-768 (FIPS 203) that seals, in plain Python."""

import hashlib

from primitives import x25519

Q, K, DU, DV = 3329, 3, 10, 4


def _reversed(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, _reversed(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * _reversed(i) + 1, Q) for i in range(128)]


# --- FIPS 203, 4.2: bytes and polynomials


def _bits(data):
    return [byte >> i & 1 for byte in data for i in range(8)]


def _encode(values, d):
    number = sum(value << d * i for i, value in enumerate(values))
    return number.to_bytes(32 * d, "little")


def _decode(data, d):
    bits = _bits(data)
    return [sum(bits[d * i + j] << j for j in range(d)) for i in range(256)]


def _compress(values, d):
    return [((value << d) * 2 + Q) // (2 * Q) % (1 << d) for value in values]


def _sample_ntt(seed):
    stream, values, at = hashlib.shake_128(seed).digest(3 * 1024), [], 0
    while len(values) < 256:
        a, b, c = stream[at : at + 3]
        at += 3
        for value in (a + 256 * (b % 16), b // 16 + 16 * c):
            if value < Q and len(values) < 256:
                values.append(value)
    return values


def _sample_cbd(r, n):
    bits = _bits(hashlib.shake_256(r + bytes([n])).digest(128))
    return [(sum(bits[4 * i : 4 * i + 2]) - sum(bits[4 * i + 2 : 4 * i + 4])) % Q for i in range(256)]


# --- 4.3: the transform


def _ntt(values):
    f, i, length = list(values), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = ZETAS[i] * f[j + length]
                f[j], f[j + length] = (f[j] + t) % Q, (f[j] - t) % Q
            i += 1
        length //= 2
    return f


def _inverse(values):
    f, i, length = list(values), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % Q, ZETAS[i] * (f[j + length] - t) % Q
            i -= 1
        length *= 2
    return [value * 3303 % Q for value in f]


def _times(a, b):
    product = []
    for i in range(128):
        (a0, a1), (b0, b1) = a[2 * i : 2 * i + 2], b[2 * i : 2 * i + 2]
        product += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return product


def _sum(*polynomials):
    return [sum(column) % Q for column in zip(*polynomials)]


# --- 5.2, 6.2: encryption and encapsulation with given randomness


def _encrypt(public, m, r):
    t = [_decode(public[384 * i : 384 * (i + 1)], 12) for i in range(K)]
    rho = public[384 * K :]
    y = [_ntt(_sample_cbd(r, n)) for n in range(K)]
    out = b""
    for i in range(K):
        row = [_times(_sample_ntt(rho + bytes([i, j])), y[j]) for j in range(K)]
        u = _sum(_inverse(_sum(*row)), _sample_cbd(r, K + i))
        out += _encode(_compress(u, DU), DU)
    message = [bit * ((Q + 1) // 2) for bit in _bits(m)]
    v = _inverse(_sum(*(_times(t[i], y[i]) for i in range(K))))
    return out + _encode(_compress(_sum(v, _sample_cbd(r, 2 * K), message), DV), DV)


def ml_kem_768_encapsulate(public, m):
    both = hashlib.sha3_512(m + hashlib.sha3_256(public).digest()).digest()
    return both[:32], _encrypt(public, m, both[32:])


def encapsulate(public, coins):
    """The shared secret and the ciphertext, with 64 bytes of coins."""
    pk_m, pk_x = public[:1184], public[1184:]
    ss_m, ct_m = ml_kem_768_encapsulate(pk_m, coins[:32])
    ct_x, ss_x = x25519(coins[32:], (9).to_bytes(32, "little")), x25519(coins[32:], pk_x)
    shared = hashlib.sha3_256(ss_m + ss_x + ct_x + pk_x + b"\\.//^\\").digest()
    return shared, ct_m + ct_x
