// The peer in Node: fastify's own JSON parser and serialiser, ONNX Runtime through its binding.
'use strict';

const fastify = require('fastify');
const ort = require('onnxruntime-node');

const [model, port] = process.argv.slice(2);

function fromJson(body) {
  const request = JSON.parse(body);
  return { id: request.id, tensors: request.inputs.map((t) => [t.name, Float32Array.from(t.data), t.shape]) };
}

function fromBinary(body, length) {
  const request = JSON.parse(body.subarray(0, length));
  let at = length;
  const tensors = request.inputs.map((t) => {
    const size = t.parameters.binary_data_size;
    // A copy: floats must lie at multiples of four.
    const data = new Float32Array(body.buffer.slice(body.byteOffset + at, body.byteOffset + at + size));
    at += size;
    return [t.name, data, t.shape];
  });
  return { id: request.id, tensors };
}

async function main() {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const app = fastify({ logger: false, bodyLimit: 64 * 1024 * 1024 });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => done(null, body));
  app.get('/v2/health/ready', async () => ({ live: true }));
  app.post('/v2/models/model/infer', async (request, reply) => {
    const length = Number(request.headers['inference-header-content-length'] ?? 0);
    const { id, tensors } = length > 0 ? fromBinary(request.body, length) : fromJson(request.body);
    const outputs = await session.run(Object.fromEntries(tensors.map(([name, data, shape]) => [name, new ort.Tensor('float32', data, shape)])));
    const described = session.outputNames.map((name) => {
      const value = outputs[name];
      return { name, shape: value.dims, datatype: 'FP32', ...(length > 0 ? { parameters: { binary_data_size: value.data.byteLength } } : { data: Array.from(value.data, Number) }) };
    });
    if (length === 0) return { model_name: 'model', id, outputs: described };
    const head = Buffer.from(JSON.stringify({ model_name: 'model', id, outputs: described }));
    reply.header('Inference-Header-Content-Length', head.length).type('application/octet-stream');
    return Buffer.concat([head, ...session.outputNames.map((name) => Buffer.from(outputs[name].data.buffer, outputs[name].data.byteOffset, outputs[name].data.byteLength))]);
  });
  await app.listen({ host: '127.0.0.1', port: Number(port) });
}

main();
