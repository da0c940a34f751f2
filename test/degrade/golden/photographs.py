"""Independent results on crops of photographs: reads JSON lines {"crop": file of height x width x 3 bytes, "side", "name", "strength", "parameters",
"out"} from standard input, writes the result's bytes to each `out`. Needs what make_golden.py needs; leaves with status 3 where that is missing.
"""
import json
import sys

sys.dont_write_bytecode = True
try:
    from oracles import np, oracles
except ImportError as error:
    sys.exit(print(error, file=sys.stderr) or 3)

for line in sys.stdin:
    case = json.loads(line)
    crop = np.fromfile(case["crop"], np.uint8).reshape(case["side"], case["side"], 3)
    oracles[case["name"]](crop, case["strength"], **case["parameters"]).tofile(case["out"])
