"""AES (FIPS 197) forwards only, and full-block cipher feedback (SP 800-38A, 6.3)."""


def _double(x):
    return (x << 1 ^ (0x11B if x & 0x80 else 0)) & 0xFF


def _multiply(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = _double(a), b >> 1
    return product


def _sbox():
    box = []
    for value in range(256):
        inverse = next((c for c in range(256) if _multiply(value, c) == 1), 0)
        result = 0x63
        for turn in range(5):
            result ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
        box.append(result)
    return box


SBOX = _sbox()


def _round_keys(key):
    words = [list(key[i : i + 4]) for i in range(0, len(key), 4)]
    per_key, rounds, constant = len(words), len(words) + 6, 1
    while len(words) < 4 * (rounds + 1):
        word = list(words[-1])
        if len(words) % per_key == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _double(constant)
        elif per_key == 8 and len(words) % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(word, words[-per_key])])
    return [sum(words[i : i + 4], []) for i in range(0, len(words), 4)]


def encrypt_block(key, block):
    keys = _round_keys(key)
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number, round_key in enumerate(keys[1:], 1):
        state = [SBOX[state[(5 * i) % 16]] for i in range(16)]  # rows shifted, column by column
        if number < len(keys) - 1:
            mixed = []
            for column in range(0, 16, 4):
                a = state[column : column + 4]
                for i in range(4):
                    b, c = a[(i + 1) % 4], a[(i + 2) % 4] ^ a[(i + 3) % 4]
                    mixed.append(_double(a[i]) ^ _double(b) ^ b ^ c)
            state = mixed
        state = [a ^ b for a, b in zip(state, round_key)]
    return bytes(state)


def cfb_encrypt(key, iv, plain):
    result, feedback = b"", iv
    for start in range(0, len(plain), 16):
        part = plain[start : start + 16]
        result += bytes(a ^ b for a, b in zip(part, encrypt_block(key, feedback)))
        feedback = result[-16:]
    return result


# FIPS 197, appendix C
_PLAIN = bytes.fromhex("00112233445566778899aabbccddeeff")
for _length, _cipher in [
    (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
    (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
    (32, "8ea2b7ca516745bfeafc49904b496089"),
]:
    assert encrypt_block(bytes(range(_length)), _PLAIN).hex() == _cipher
