"""What a contract says when it refuses, in words. https://docs.soliditylang.org/en/latest/control-structures.html"""

ERROR = bytes.fromhex("08c379a0")  # Error(string)
PANIC = bytes.fromhex("4e487b71")  # Panic(uint256)
PANICS = {
    0x01: "an assertion failed",
    0x11: "a number became too large or too small",
    0x12: "a division by zero",
    0x21: "no such value of an enumeration",
    0x22: "a byte array in storage is spoilt",
    0x31: "nothing to take from an empty array",
    0x32: "an index is out of range",
    0x41: "too much memory was asked for",
    0x51: "an empty function was called",
}
MOST = 200  # letters


def reason_of(data: bytes) -> str:
    """The reason in a contract's refusal: its text, a panic in words, or the selector."""
    if data[:4] == ERROR and len(data) >= 68:
        length = int.from_bytes(data[36:68], "big")
        text = data[68 : 68 + min(length, 4 * MOST)].decode(errors="replace")[:MOST]
        return "".join(letter if letter.isprintable() else "?" for letter in text)
    if data[:4] == PANIC and len(data) >= 36:
        code = int.from_bytes(data[4:36], "big")
        return PANICS.get(code, f"panic {code:#04x}")
    return f"error 0x{data[:4].hex()}" if len(data) >= 4 else "no reason given"
