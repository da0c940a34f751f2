"""Makes quadrants.heic and quadrants-turned.heic: red, green, blue and light grey, 64x48, as iPhones pack them (HEVC in a grid), and the
same with a rotation by 90 degrees counterclockwise.

    apt-get install libheif-examples python3-pil     # libheif 1.15
    python3 make_heic.py

heif-convert of the same package gives the colors and the orientation that decode-heic.test.ts expects.
"""
import struct
import subprocess
from PIL import Image

COLORS = ((200, 30, 30), (30, 180, 40), (40, 50, 190), (220, 220, 220))


def box(kind, body):
    return struct.pack(">I4s", len(body) + 8, kind) + body


def children(body, start):
    found = []
    while start < len(body):
        size, kind = struct.unpack(">I4s", body[start:start + 8])
        found.append([kind, bytearray(body[start + 8:start + size])])
        start += size
    return found


def turned(data, quarters):
    """Adds a property irot to the second item, which is the grid, and moves the offsets of the data behind."""
    start = struct.unpack(">I", data[:4])[0]
    end = start + struct.unpack(">I", data[start:start + 4])[0]
    parts = children(data[start:end], 12)
    for part in parts:
        if part[0] == b"iprp":
            (_, properties), (_, links) = [(kind, body) for kind, body in children(part[1], 0)]
            properties += box(b"irot", bytes([quarters]))
            links[15] += 1
            links.append(0x80 | len(children(properties, 0)))
            part[1] = box(b"ipco", properties) + box(b"ipma", links)
        if part[0] == b"iloc":  # version 1, offsets and base offsets of 4 bytes
            at = 8
            for _ in range(struct.unpack(">H", part[1][6:8])[0]):
                is_in_file = part[1][at + 3] & 15 == 0
                at += 10
                extents = struct.unpack(">H", part[1][at:at + 2])[0]
                at += 2
                for _ in range(extents):
                    offset = struct.unpack(">I", part[1][at:at + 4])[0]
                    part[1][at:at + 4] = struct.pack(">I", offset + (10 if is_in_file else 0))
                    at += 8
    return data[:start] + box(b"meta", data[start + 8:start + 12] + b"".join(box(*part) for part in parts)) + data[end:]


picture = Image.new("RGB", (64, 48))
for index, color in enumerate(COLORS):
    picture.paste(color, ((index % 2) * 32, (index // 2) * 24, (index % 2) * 32 + 32, (index // 2) * 24 + 24))
picture.save("quadrants.png")
subprocess.run(["heif-enc", "-q", "95", "-p", "chroma=444", "-o", "quadrants.heic", "quadrants.png"], check=True)
with open("quadrants.heic", "rb") as file:
    content = file.read()
with open("quadrants-turned.heic", "wb") as file:
    file.write(turned(content, 1))
