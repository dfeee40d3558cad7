"""A FastAPI server as its tutorials write one: models of pydantic, lists of floats."""
import os

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel


class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[float]


class InferRequest(BaseModel):
    id: str | None = None
    inputs: list[Tensor]


class InferResponse(BaseModel):
    model_name: str
    id: str | None = None
    outputs: list[Tensor]


options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
app = FastAPI()


@app.get("/v2/health/ready")
async def ready() -> dict[str, bool]:
    return {"live": True}


@app.post("/v2/models/model/infer")
async def infer(request: InferRequest) -> InferResponse:
    inputs = {t.name: np.array(t.data, dtype=np.float32).reshape(t.shape) for t in request.inputs}
    outputs = session.run(None, inputs)
    return InferResponse(
        model_name="model",
        id=request.id,
        outputs=[
            Tensor(name=name, shape=list(value.shape), datatype="FP32", data=value.ravel().tolist())
            for name, value in zip(names, outputs)
        ],
    )
