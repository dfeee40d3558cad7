// Calls a server's ModelInfer with @grpc/grpc-js for some seconds, so many at once, and says how fast that went.
'use strict';

const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [proto, target, atOnce, elements] = process.argv.slice(2);
const service = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true })).inference.GRPCInferenceService;
const client = new service(target, grpc.credentials.createInsecure());
const values = Float32Array.from({ length: Number(elements) }, (_, i) => Math.sin(i));
const request = {
  model_name: 'model',
  inputs: [{ name: 'input', datatype: 'FP32', shape: [1, Number(elements)] }],
  raw_input_contents: [Buffer.from(values.buffer)],
};
const [warmUp, measured] = [2000, 3000];
const times = [];

async function run(until, note) {
  while (performance.now() < until) {
    const start = performance.now();
    await new Promise((resolve, reject) => client.ModelInfer(request, (error) => (error ? reject(error) : resolve())));
    if (note) times.push(performance.now() - start);
  }
}

async function all(milliseconds, note) {
  const until = performance.now() + milliseconds;
  await Promise.all(Array.from({ length: Number(atOnce) }, () => run(until, note)));
}

async function main() {
  await all(warmUp, false);
  await all(measured, true);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(1);
  console.log(`${Math.round(times.length / (measured / 1000))} req/s, ${atOnce} at once, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, none failed`);
  client.close();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
