"""The encoding of PROTOCOL.md, 1.1: big-endian integers, lists behind a count, options behind a byte."""


class Reader:
    def __init__(self, data):
        """`data` is what is left."""
        self.data, self.size = data, len(data)

    @property
    def at(self):
        return self.size - len(self.data)

    def take(self, length):
        assert len(self.data) >= length, "too short"
        head, self.data = self.data[:length], self.data[length:]
        return head

    def int(self, length):
        return int.from_bytes(self.take(length), "big")

    def list(self, read, key=None):
        items = [read(self) for _ in range(self.int(4))]
        if key:
            keys = [key(item) for item in items]
            assert keys == sorted(set(keys)), "a list is out of order"
        return items

    def option(self, read):
        flag = self.int(1)
        assert flag < 2, "an option is 0 or 1"
        return read(self) if flag else None

    def end(self):
        assert not self.data, "bytes are left"
