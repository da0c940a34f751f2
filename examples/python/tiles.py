"""The parts of images that are scored, by the policy in model.json: those that Antonym itself makes."""

import math


def parts_of(width, height, description):
    """(left, top, width, height, weight), the first four in pixels; `description` is the content of model.json."""
    size = description["size"]
    if min(width, height) < size["minimumSide"]:
        raise ValueError(f"{width}x{height} pixels are too small: the model needs at least {size['minimumSide']} on each side")
    if "crops" in description:
        return [(*crop, 1) for crop in crops_of(width, height, **description["crops"])]
    if "fixedSide" in size:
        tiles = square_tiles(width, height, size["fixedSide"])
    else:
        tiles = equal_tiles(width, height, description["largeImages"]["maximumPixels"], size["minimumSide"], size.get("sideMultiple", 1))
    return [(left, top, tile_width, tile_height, tile_width * tile_height) for left, top, tile_width, tile_height in tiles]


def crops_of(width, height, side, stride, whole):
    """Row by row the crops that fit whole, then the whole image, which the file itself makes a square of `side`."""
    assert whole == "bilinear"
    starts = [range(0, size - side + 1, stride) for size in (width, height)]
    return [(left, top, side, side) for top in starts[1] for left in starts[0]] + [(0, 0, width, height)]


def square_tiles(width, height, side):
    """Squares that cover the image, evenly spread: they overlap where the side does not divide the image's."""

    def starts(length):
        count = ceil_divide(length, side)
        return [0 if count == 1 else round_half_up(index * (length - side) / (count - 1)) for index in range(count)]

    return [(left, top, side, side) for top in starts(height) for left in starts(width)]


def equal_tiles(width, height, maximum_pixels, minimum_side, side_multiple):
    """A grid of equal tiles, as square as can be, of at most `maximum_pixels` unless a side would be less than `minimum_side`.

    Their sides are multiples of `side_multiple`; what remains is left out, half at each border.
    """
    across, down = width // side_multiple, height // side_multiple  # in steps of the multiple
    fewest, most = ceil_divide(minimum_side, side_multiple), maximum_pixels / side_multiple**2
    columns = rows = 1
    while ceil_divide(across, columns) * ceil_divide(down, rows) > most:
        wider, higher = across // (columns + 1) >= fewest, down // (rows + 1) >= fewest
        if not (wider or higher):
            break
        if wider and (not higher or across / columns >= down / rows):
            columns += 1
        else:
            rows += 1

    def edges(length, steps, count):
        border = (length - steps * side_multiple) // 2
        return [border + round_half_up(steps * index / count) * side_multiple for index in range(count + 1)]

    x, y = edges(width, across, columns), edges(height, down, rows)
    return [(x[c], y[r], x[c + 1] - x[c], y[r + 1] - y[r]) for r in range(rows) for c in range(columns)]


def ceil_divide(dividend, divisor):
    return -(-dividend // divisor)


def round_half_up(value):
    return math.floor(value + 0.5)
