"""ML-KEM-768 (FIPS 203), written for reading: not constant-time, not fast."""

import hashlib

Q, N, K, ETA, DU, DV = 3329, 256, 3, 2, 10, 4


def _reversed7(i):
    return int(format(i, "07b")[::-1], 2)


ZETAS = [pow(17, _reversed7(i), Q) for i in range(128)]


def _ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
        length //= 2
    return f


def _inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def _product(f, g):
    h = []
    for i in range(128):
        (a0, a1), (b0, b1) = f[2 * i : 2 * i + 2], g[2 * i : 2 * i + 2]
        gamma = pow(17, 2 * _reversed7(i) + 1, Q)
        h += [(a0 * b0 + a1 * b1 * gamma) % Q, (a0 * b1 + a1 * b0) % Q]
    return h


def _sum(*polynomials):
    return [sum(column) % Q for column in zip(*polynomials)]


def _dot(row, column):
    return _sum(*(_product(a, b) for a, b in zip(row, column)))


def _encode(d, f):
    bits = sum(value << d * i for i, value in enumerate(f))
    return bits.to_bytes(32 * d, "little")


def _decode(d, data):
    bits, mask = int.from_bytes(data, "little"), (1 << d) - 1
    return [bits >> d * i & mask for i in range(N)]


def _compress(d, f):
    return [((x << d + 1) + Q) // (2 * Q) % (1 << d) for x in f]


def _decompress(d, f):
    return [(2 * x * Q + (1 << d)) >> d + 1 for x in f]


def _uniform(seed):
    stream, f, at = hashlib.shake_128(seed).digest(3 * 1024), [], 0
    while len(f) < N:
        a, b, c = stream[at : at + 3]
        at += 3
        f += [x for x in (a | (b & 15) << 8, b >> 4 | c << 4) if x < Q]
    return f[:N]


def _noise(seed, counter):
    data = hashlib.shake_256(seed + bytes([counter])).digest(64 * ETA)
    bits = int.from_bytes(data, "little")
    half = [bin(bits >> ETA * i & (1 << ETA) - 1).count("1") for i in range(2 * N)]
    return [(half[2 * i] - half[2 * i + 1]) % Q for i in range(N)]


def _matrix(rho):
    return [[_uniform(rho + bytes([j, i])) for j in range(K)] for i in range(K)]


def _g(data):
    digest = hashlib.sha3_512(data).digest()
    return digest[:32], digest[32:]


def keys(d, z):
    """ML-KEM.KeyGen_internal: encapsulation key and decapsulation key."""
    rho, sigma = _g(d + bytes([K]))
    a = _matrix(rho)
    s = [_ntt(_noise(sigma, i)) for i in range(K)]
    e = [_ntt(_noise(sigma, K + i)) for i in range(K)]
    t = [_sum(_dot(a[i], s), e[i]) for i in range(K)]
    ek = b"".join(_encode(12, f) for f in t) + rho
    dk = b"".join(_encode(12, f) for f in s) + ek + hashlib.sha3_256(ek).digest() + z
    return ek, dk


def _encrypt(ek, m, r):
    t = [_decode(12, ek[384 * i : 384 * (i + 1)]) for i in range(K)]
    a = _matrix(ek[384 * K :])
    y = [_ntt(_noise(r, i)) for i in range(K)]
    e1 = [_noise(r, K + i) for i in range(K)]
    e2 = _noise(r, 2 * K)
    u = [_sum(_inverse_ntt(_dot([a[j][i] for j in range(K)], y)), e1[i]) for i in range(K)]
    v = _sum(_inverse_ntt(_dot(t, y)), e2, _decompress(1, _decode(1, m)))
    c1 = b"".join(_encode(DU, _compress(DU, f)) for f in u)
    return c1 + _encode(DV, _compress(DV, v))


def encapsulate(ek, m):
    """ML-KEM.Encaps_internal: ciphertext and shared secret."""
    secret, r = _g(m + hashlib.sha3_256(ek).digest())
    return _encrypt(ek, m, r), secret


def decapsulate(dk, c):
    """ML-KEM.Decaps_internal."""
    s = [_decode(12, dk[384 * i : 384 * (i + 1)]) for i in range(K)]
    ek, h, z = dk[384 * K : 768 * K + 32], dk[768 * K + 32 : 768 * K + 64], dk[768 * K + 64 :]
    u = [
        _ntt(_decompress(DU, _decode(DU, c[32 * DU * i : 32 * DU * (i + 1)]))) for i in range(K)
    ]
    v = _decompress(DV, _decode(DV, c[32 * DU * K :]))
    w = [(a - b) % Q for a, b in zip(v, _inverse_ntt(_dot(s, u)))]
    m = _encode(1, _compress(1, w))
    secret, r = _g(m + h)
    if _encrypt(ek, m, r) != c:
        return hashlib.shake_256(z + c).digest(32)
    return secret
