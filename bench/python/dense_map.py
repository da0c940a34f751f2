"""Maps of the shipped model from overlapping tiles beside maps from dense features, on damage that other code makes.

Tiles: each is scored as a photograph of its own. Dense: the network sees the whole photograph once, its channels' deviations are taken over the place of each tile, and the cues, which see no further than their pixels, are those of the tile. One third of each photograph
is damaged by Pillow and NumPy as strongly as by level 3 of 5: found is a third whose mean is below that of the rest.

    python3 bench/python/dense_map.py --photographs FOLDER [--model models/capture/model.onnx] [--tile 128]
"""
import argparse, io, pathlib
import numpy as np
import onnx
import onnxruntime as ort
from onnx.utils import Extractor
from PIL import Image, ImageFilter

flags = argparse.ArgumentParser()
flags.add_argument("--photographs", required=True)
flags.add_argument("--model", default="models/capture/model.onnx")
flags.add_argument("--tile", type=int, default=128)
flags = flags.parse_args()
T = flags.tile

model = onnx.load(flags.model)
nodes = {name: node for node in model.graph.node for name in node.output}
users = lambda name: [node for node in model.graph.node if name in node.input]
(features,) = [n for n in model.graph.node if n.op_type == "Concat" and any("features.mean" in i for u in users(n.output[0]) for i in u.input)]
# the deviations of the network's channels come first; the mean of a layer is subtracted from it
taps = []
for name in features.input[:6]:
    node = nodes[name]
    while node.op_type != "Sub":
        node = nodes[node.input[0]]
    taps.append(node.input[0])
model.graph.value_info.extend(
    onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in [features.output[0], *taps]
)
extractor = Extractor(model)


def session(inputs, outputs):
    part = extractor.extract_model(inputs, outputs)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(part.SerializeToString(), options, providers=["CPUExecutionProvider"])


whole = session(["image"], ["score", features.output[0]])
layers = session(["image"], taps)
head = session([features.output[0]], ["score"])


def damage(pixels, kind, random):
    picture = Image.fromarray(pixels)
    if kind == "blur":  # sigma 1.7 pixels
        return np.asarray(picture.filter(ImageFilter.GaussianBlur(1.7)))
    if kind == "noise":  # variance .002 of values 0..1
        return np.clip(np.rint(pixels + random.normal(0, 255 * 0.002**0.5, pixels.shape)), 0, 255).astype(np.uint8)
    # the quality whose size is nearest to 1/37 of the raw pixels
    best = min(range(5, 96), key=lambda q: abs(len(encoded(picture, q)) * 37 - pixels.size))
    return np.asarray(Image.open(io.BytesIO(encoded(picture, best))).convert("RGB"))


def encoded(picture, quality):
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def starts(size):
    steps = int(np.ceil((size - T) / (T // 2)))
    return [round(i * (size - T) / steps) for i in range(steps + 1)] if steps else [0]


def maps(pixels):
    height, width, _ = pixels.shape
    places = [(x, y) for y in starts(height) for x in starts(width)]
    tiles, rows = [], []
    for begin in range(0, len(places), 16):
        batch = np.stack([pixels[y : y + T, x : x + T] for x, y in places[begin : begin + 16]])
        score, row = whole.run(None, {"image": batch})
        tiles.extend(score), rows.extend(row)
    rows = np.array(rows)
    column = 0
    for layer in layers.run(None, {"image": pixels[None]}):
        _, channels, h, w = layer.shape
        for index, (x, y) in enumerate(places):
            near = lambda place, size, cells: round(place * cells / size)
            part = layer[0, :, near(y, height, h) : near(y + T, height, h), near(x, width, w) : near(x + T, width, w)]
            rows[index, column : column + channels] = np.sqrt(part.var((1, 2)) + 1e-6)
        column += channels
    return places, np.array(tiles), head.run(None, {features.output[0]: rows.astype(np.float32)})[0]


random = np.random.default_rng(1)
found = {}
paths = sorted(path for path in pathlib.Path(flags.photographs).iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
for number, path in enumerate(paths):
    pristine = np.asarray(Image.open(path).convert("RGB"))
    axis = 0 if pristine.shape[0] > pristine.shape[1] else 1
    size = pristine.shape[axis]
    low, high = round(size * (number % 3) / 3), round(size * (number % 3 + 1) / 3)
    inside = (slice(low, high), slice(None)) if axis == 0 else (slice(None), slice(low, high))
    for kind in ("blur", "noise", "jpeg"):
        image = pristine.copy()
        image[inside] = damage(pristine, kind, random)[inside]
        places, *both = maps(image)
        middles = np.array([place[1 - axis] for place in places]) + T / 2
        within = (middles >= low) & (middles < high)
        for name, values in zip(("tiles", "dense"), both):
            found.setdefault((kind, name), []).append((values[within].mean(), values[~within].mean()))

print("| damage | map   | found    | mean inside | mean outside |\n| ------ | ----- | -------: | ----------: | -----------: |")
for (kind, name), means in found.items():
    means = np.array(means)
    hits = f"{int((means[:, 0] < means[:, 1]).sum())} of {len(means)}"
    print(f"| {kind:6} | {name:5} | {hits:>8} | {means[:, 0].mean():11.3f} | {means[:, 1].mean():12.3f} |")
