"""Reads a TensorBoard event file with nothing of ours: records and checksums by their definitions, events by Google's protobuf.

Prints one JSON object a line: {"time", "version"} or {"time", "step", "tag", "value"}. Fails on a wrong checksum.
"""
import json
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283  # the check value of the CRC catalogue


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def event_class():
    """tensorflow/core/util/event.proto and framework/summary.proto, as far as scalars need them."""
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="tensorflow", syntax="proto3")
    summary = file.message_type.add(name="Summary")
    value = summary.nested_type.add(name="Value")
    value.field.add(name="tag", number=1, type=kind.TYPE_STRING, label=1)
    value.field.add(name="simple_value", number=2, type=kind.TYPE_FLOAT, label=1)
    summary.field.add(name="value", number=1, type=kind.TYPE_MESSAGE, label=3, type_name=".tensorflow.Summary.Value")
    event = file.message_type.add(name="Event")
    event.field.add(name="wall_time", number=1, type=kind.TYPE_DOUBLE, label=1)
    event.field.add(name="step", number=2, type=kind.TYPE_INT64, label=1)
    event.field.add(name="file_version", number=3, type=kind.TYPE_STRING, label=1)
    event.field.add(name="summary", number=5, type=kind.TYPE_MESSAGE, label=1, type_name=".tensorflow.Summary")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName("tensorflow.Event")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


Event = event_class()
with open(sys.argv[1], "rb") as file:
    while header := file.read(12):
        (length, check) = struct.unpack("<QI", header)
        assert masked(header[:8]) == check, "checksum of the length"
        data = file.read(length)
        assert masked(data) == struct.unpack("<I", file.read(4))[0], "checksum of the data"
        event = Event.FromString(data)
        if event.file_version:
            print(json.dumps({"time": event.wall_time, "version": event.file_version}))
        for value in event.summary.value:
            print(json.dumps({"time": event.wall_time, "step": event.step, "tag": value.tag, "value": value.simple_value}))
