#!/usr/bin/env python3
"""Writes stated-colors.json: small pictures whose files say what their numbers mean, and the pixels in sRGB that Chromium shows for them."""

import base64
import io
import json
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy
from PIL import Image

random = numpy.random.RandomState(8)
width, height = 8, 8
pixels = random.randint(0, 256, (height, width, 3)).astype(numpy.uint8)
pixels[0] = [[0, 0, 0], [255, 255, 255], [128, 128, 128], [255, 0, 0], [0, 255, 0], [0, 0, 255], [250, 240, 20], [30, 20, 10]]

# x, y of white, red, green, blue
adobe = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
wide = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
display_p3 = (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def gamma(value):
    return chunk(b"gAMA", struct.pack(">I", round(value * 1e5)))


def primaries(values):
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 1e5) for value in values)))


def coding(*values):
    return chunk(b"cICP", bytes(values))


def profile(exponent=2.2):
    """Adobe RGB (1998), adapted to D50, as version 2 of ICC's format states it."""
    number = lambda *values: struct.pack(">%di" % len(values), *(round(value * 65536) for value in values))
    curve = b"curv" + bytes(4) + struct.pack(">IHH", 1, round(exponent * 256), 0)
    tags = {b"wtpt": (0.9642, 1, 0.8249), b"rXYZ": (0.60974, 0.31111, 0.01947), b"gXYZ": (0.20528, 0.62567, 0.06087)}
    tags |= {b"bXYZ": (0.14919, 0.06322, 0.74457), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    contents = {name: tag if isinstance(tag, bytes) else b"XYZ " + bytes(4) + number(*tag) for name, tag in tags.items()}
    table, at = struct.pack(">I", len(contents)), 132 + 12 * len(contents)
    for name, content in contents.items():
        table, at = table + name + struct.pack(">II", at, len(content)), at + len(content)
    header = struct.pack(">I", at) + bytes(4) + b"\x02\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + number(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + table + b"".join(contents.values())


def icc(content):
    return chunk(b"iCCP", b"icc\0\0" + zlib.compress(content))


def png(*chunks, bits=8, gray=False):
    samples = pixels[..., :1] if gray else pixels
    rows = (samples.astype(">u2") * 257).reshape(height, -1) if bits == 16 else samples.reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, bits, 0 if gray else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def avif(color, transfer):
    file = io.BytesIO()
    Image.fromarray(numpy.repeat(numpy.repeat(pixels, 8, 0), 8, 1)).save(file, "AVIF", quality=100, subsampling="4:4:4")
    content = bytearray(file.getvalue())
    at = content.index(b"colrnclx") + 8
    content[at : at + 4] = struct.pack(">HH", color, transfer)
    return bytes(content)


def xyz(x, y):
    return (x / y, 1, (1 - x - y) / y)


def bitmap(kind, ends=(0,) * 8, exponent=0.0, icc=b""):
    body = pixels[::-1, :, ::-1].tobytes()
    start = 14 + 124
    header = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 24, 0, len(body), 2835, 2835, 0, 0) + bytes(16) + struct.pack("<I", kind)
    points = bytes(36)
    if any(ends):
        white, *others = [numpy.array(xyz(*ends[at : at + 2])) for at in range(0, 8, 2)]
        matrix = numpy.array(others).T
        columns = matrix * numpy.linalg.solve(matrix, white)
        points = struct.pack("<9I", *(round(value * 2**30) for value in columns.T.ravel()))
    fixed = round(exponent * 65536)
    header += points + struct.pack("<3I", fixed, fixed, fixed) + struct.pack("<4I", 4, start - 14 + len(body) if icc else 0, len(icc), 0)
    return struct.pack("<2sIHHI", b"BM", start + len(body) + len(icc), 0, 0, start) + header + body + icc


def jpeg(space, interoperability):
    file = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = space
    if interoperability:
        exif.get_ifd(0x8769)[0xA005] = {1: interoperability}
    Image.fromarray(numpy.repeat(numpy.repeat(pixels, 8, 0), 8, 1)).save(file, "JPEG", quality=100, subsampling=0, exif=exif)
    return file.getvalue()


files = {
    "PNG: gAMA alone": png(gamma(1)),
    "PNG: gAMA alone, gray": png(gamma(1), gray=True),
    "PNG: gAMA and cHRM": png(gamma(0.45455), primaries(adobe)),
    "PNG: gAMA and cHRM, 16 bits": png(gamma(0.45455), primaries(display_p3), bits=16),
    "PNG: gAMA and cHRM, gray": png(gamma(1), primaries(adobe), gray=True),
    "PNG: gAMA of 1.8 and cHRM with another white": png(gamma(1 / 1.8), primaries(wide)),
    "PNG: cHRM alone": png(primaries(adobe)),
    "PNG: cHRM behind sRGB": png(gamma(0.45455), primaries(adobe), chunk(b"sRGB", b"\0")),
    "PNG: cHRM behind iCCP": png(gamma(1), primaries(wide), icc(profile())),
    "PNG: iCCP, 16 bits": png(icc(profile()), bits=16),
    "PNG: iCCP, 16 bits of linear light": png(icc(profile(1.0)), bits=16),
    "PNG: cICP of Display P3": png(coding(12, 13, 0, 1)),
    "PNG: cICP of sRGB before iCCP": png(coding(1, 13, 0, 1), icc(profile())),
    "PNG: cICP of BT.709": png(coding(1, 1, 0, 1)),
    "PNG: cICP of BT.2020": png(coding(9, 14, 0, 1)),
    "PNG: cICP of NTSC": png(coding(4, 4, 0, 1)),
    "PNG: cICP of BT.601, 625 lines": png(coding(5, 13, 0, 1)),
    "PNG: cICP of BT.601, 525 lines": png(coding(6, 6, 0, 1)),
    "PNG: cICP of linear light": png(coding(1, 8, 0, 1)),
    "PNG: cICP unspecified, gAMA and cHRM": png(coding(2, 2, 0, 1), gamma(0.45455), primaries(adobe)),
    "AVIF: nclx of sRGB": avif(1, 13),
    "AVIF: nclx of BT.709": avif(1, 1),
    "AVIF: nclx of Display P3": avif(12, 13),
    "AVIF: nclx of BT.2020": avif(9, 14),
    "AVIF: nclx of BT.601": avif(6, 6),
    "AVIF: nclx unspecified": avif(2, 2),
    "BMP: profile": bitmap(0x4D424544, icc=profile()),
    "BMP: end points, which Chromium ignores": bitmap(0, adobe, 2.2),
    "BMP: sRGB": bitmap(0x73524742, adobe, 2.2),
    "JPEG: EXIF of Adobe RGB, which Chromium ignores": jpeg(2, None),
    "JPEG: interoperability of Adobe RGB, which Chromium ignores": jpeg(0xFFFF, "R03"),
}
types = {"PNG": "png", "AVIF": "avif", "BMP": "bmp", "JPEG": "jpeg"}
pictures = {name: f"data:image/{types[name.split(':')[0]]};base64,{base64.b64encode(file).decode()}" for name, file in files.items()}
script = """
onload = () => {
  const shown = Object.fromEntries([...document.images].map((image) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext('2d', { colorSpace: 'srgb' });
    context.drawImage(image, 0, 0);
    const side = canvas.width / 8; // of a square of one color
    const at = (x, y) => [...context.getImageData(x * side + side / 2, y * side + side / 2, 1, 1).data].slice(0, 3);
    return [image.title, Array.from({ length: 64 }, (_, index) => at(index % 8, Math.floor(index / 8))).flat()];
  }));
  document.body.textContent = btoa(JSON.stringify(shown));
};
"""
page = "<body>" + "".join(f'<img title="{name}" src="{source}">' for name, source in pictures.items()) + f"<script>{script}</script></body>"
with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
    file.write(page)
    file.flush()
    command = ["chromium", "--headless", "--no-sandbox", "--force-color-profile=srgb", "--dump-dom", f"file://{file.name}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
shown = json.loads(base64.b64decode(output.split("<body>")[1].split("</body>")[0]))
version = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
cases = [{"name": name, "file": pictures[name].split(",")[1], "shown": shown[name]} for name in files]
target = pathlib.Path(__file__).parent / "stated-colors.json"
target.write_text(json.dumps({"chromium": version, "side": width, "cases": cases}) + "\n")
print(f"{len(cases)} pictures, Chromium {version}")
