"""The same server by somebody who measures: no pydantic, orjson, bytes straight into tensors."""
import os

import numpy as np
import onnxruntime
import orjson
from fastapi import FastAPI, Request, Response

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
app = FastAPI()


@app.get("/v2/health/ready")
async def ready() -> Response:
    return Response(b'{"live":true}', media_type="application/json")


@app.post("/v2/models/model/infer")
async def infer(request: Request) -> Response:
    body = await request.body()
    length = request.headers.get("inference-header-content-length")
    return binary(body, int(length)) if length else json(body)


def json(body: bytes) -> Response:
    request = orjson.loads(body)
    inputs = {t["name"]: np.array(t["data"], dtype=np.float32).reshape(t["shape"]) for t in request["inputs"]}
    outputs = session.run(None, inputs)
    answer = {
        "model_name": "model",
        "id": request.get("id"),
        "outputs": [
            {"name": name, "shape": value.shape, "datatype": "FP32", "data": value.ravel()}
            for name, value in zip(names, outputs)
        ],
    }
    return Response(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


def binary(body: bytes, length: int) -> Response:
    request = orjson.loads(body[:length])
    inputs, at = {}, length
    for tensor in request["inputs"]:
        size = tensor["parameters"]["binary_data_size"]
        inputs[tensor["name"]] = np.frombuffer(body, np.float32, size // 4, at).reshape(tensor["shape"])
        at += size
    outputs = session.run(None, inputs)
    head = orjson.dumps(
        {
            "model_name": "model",
            "id": request.get("id"),
            "outputs": [
                {"name": name, "shape": value.shape, "datatype": "FP32", "parameters": {"binary_data_size": value.nbytes}}
                for name, value in zip(names, outputs)
            ],
        }
    )
    return Response(
        b"".join([head, *(value.tobytes() for value in outputs)]),
        media_type="application/octet-stream",
        headers={"Inference-Header-Content-Length": str(len(head))},
    )
