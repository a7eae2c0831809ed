"""ONNX Runtime, imported so that it tells nobody that it runs."""

from __future__ import annotations

import os

# Unless told otherwise before it is first imported, it reports to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as errors

__all__ = ["errors", "onnxruntime"]
