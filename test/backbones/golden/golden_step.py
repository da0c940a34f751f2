"""What the golden scripts share: stated pixels and prompts, the three losses, and safetensors files."""
import json
import math

import numpy as np
import torch
import torch.nn.functional as F

from stated_values import stated

MEAN = [0.48145466, 0.4578275, 0.40821073]
DEVIATION = [0.26862954, 0.26130258, 0.27577711]
MARGIN_CONSISTENCY, MARGIN_RANK = 2.5e-3, 0.0675


def pixels(name, count, height, width):
    """uint8 [count, height, width, 3]: a colour per image, a colour per square of 8 pixels, and noise."""
    rows, columns = -(-height // 8), -(-width // 8)
    base = np.floor(stated(name + ".base", count * 3) * 32).reshape(count, 1, 1, 3)
    squares = np.floor(stated(name + ".squares", count * rows * columns * 3) * 192).reshape(count, rows, columns, 3)
    squares = squares.repeat(8, 1).repeat(8, 2)[:, :height, :width]
    noise = np.floor(stated(name + ".noise", count * height * width * 3) * 32).reshape(count, height, width, 3)
    return torch.from_numpy((base + squares + noise).astype(np.uint8))


def projected_gradients(model, image, width):
    """What a model computes of images, and the gradients of all parameters of its projection on a random direction, in float64."""
    model, image = model.double(), image.double()
    direction = torch.randn(len(image), width).double()
    embedding = model(image)
    (embedding * direction).sum().backward()
    fixture = {"image": image, "direction": direction, "embedding": embedding.detach()}
    for parameter, values in model.named_parameters():
        fixture[f"value.{parameter}"] = values.detach()
        fixture[f"gradient.{parameter}"] = values.grad
    return fixture


def normalized(image):
    """uint8 [N, H, W, 3] to float64 [N, 3, H, W]."""
    x = image.permute(0, 3, 1, 2).double() / 255
    return (x - torch.tensor(MEAN, dtype=torch.float64).view(1, 3, 1, 1)) / torch.tensor(DEVIATION, dtype=torch.float64).view(1, 3, 1, 1)


def stated_parameter(name, shape, low, high):
    """Stated values in a range, exact in float32."""
    values = low + (high - low) * stated(name, math.prod(shape)).reshape(shape)
    return torch.from_numpy(values.astype(np.float32).astype(np.float64))


def stated_range(name, shape):
    """Where stated parameters lie: products keep the size of what they multiply, nothing is 0 or 1."""
    if len(shape) == 1:
        return (0.5, 1.5) if name.endswith(".weight") else (-0.1, 0.1) if "attnpool" in name else (-0.2, 0.2)
    if name.endswith("embedding"):
        return -1, 1
    inputs = shape[0] if name.endswith(("proj", "projection")) else math.prod(shape[1:])
    # a ReLU takes half of what comes out of a convolution
    bound = math.sqrt((6 if len(shape) == 4 else 3) / inputs)
    return -bound, bound


def prompts(pairs, size):
    features = stated("prompts", pairs * 2 * size).reshape(pairs, 2, size) - 0.5
    return torch.from_numpy((features / np.linalg.norm(features, axis=-1, keepdims=True)).astype(np.float32).astype(np.float64))


def arranged(embedding, features, photographs, levels):
    """Cosine similarities, [photographs, levels + 1, 2, pairs, 2]."""
    similarity = torch.einsum("nd,psd->nps", F.normalize(embedding, dim=-1), features)
    return similarity.view(photographs, levels + 1, 2, len(features), 2)


def losses(embedding, features, photographs, levels, margin_consistency=MARGIN_CONSISTENCY, margin_rank=MARGIN_RANK, clearance=2e-5):
    s = arranged(embedding, features, photographs, levels)
    difference = (s[:, :, 0] - s[:, :, 1]).abs()
    consistency = F.relu(difference - margin_consistency).mean()
    terms = {"positive": [], "negative": []}
    for i in range(levels + 1):
        for j in range(i + 1, levels + 1):
            for k in range(2):
                for l in range(2):
                    terms["positive"].append(margin_rank - (s[:, i, k, :, 0] - s[:, j, l, :, 0]))
                    terms["negative"].append(margin_rank - (s[:, j, l, :, 1] - s[:, i, k, :, 1]))
    kinks = [difference - margin_consistency, difference] + terms["positive"] + terms["negative"]
    nearest = min(float(kink.detach().abs().min()) for kink in kinks)
    active = [float((kink > 0).float().mean()) for kink in (kinks[0], torch.stack(terms["positive"]), torch.stack(terms["negative"]))]
    print("  nearest kink", nearest, "active", active)
    assert nearest > clearance and 0.3 < min(active) < 1, "choose other margins"
    result = {"consistency": consistency}
    for name, values in terms.items():
        result[name] = torch.stack([F.relu(value) for value in values]).mean()
    result["loss"] = sum(result.values())
    return result


def write_safetensors(path, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))
