"""Numbers that Python and TypeScript compute alike, so that golden files need not store weights and pixels.

stated(name, i) = mix(fnv1a(name) + i * 0x9E3779B9) / 2^32 in [0, 1), where mix is the finalizer of MurmurHash3.
stated-values.ts is the same function.
"""
import numpy as np


def stated(name, count):
    seed = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in name.encode():
            seed = (seed ^ np.uint32(byte)) * np.uint32(16777619)
        x = seed + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        x = x ^ (x >> np.uint32(16))
    return x.astype(np.float64) / 2.0**32
