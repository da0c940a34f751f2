"""Checks an ONNX file with ONNX's own checker and shape inference, then prints what it is: python3 check_onnx.py model.onnx"""

import json
import sys

import onnx


def types_of(values):
    tensors = {value.name: value.type.tensor_type for value in values}
    return {
        name: [onnx.TensorProto.DataType.Name(tensor.elem_type), *(size.dim_param or size.dim_value for size in tensor.shape.dim)]
        for name, tensor in tensors.items()
    }


model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
# An error where a type cannot be inferred, or is not the one that the file states.
onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
print(
    json.dumps(
        {
            "operatorSets": {imported.domain: imported.version for imported in model.opset_import},
            "inputs": types_of(model.graph.input),
            "outputs": types_of(model.graph.output),
        }
    )
)
