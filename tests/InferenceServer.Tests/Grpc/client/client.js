// Makes one call for each line of JSON on standard input and answers with a line: {code, details, response, ok}.
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const options = { keepCase: true, longs: String, bytes: String, defaults: true };
const inference = grpc.loadPackageDefinition(loader.loadSync(`${__dirname}/inference.proto`, options)).inference;
const health = grpc.loadPackageDefinition(loader.loadSync(`${__dirname}/health.proto`, options)).grpc.health.v1;
const clients = new Map();

function clientOf(target, gzip, service) {
  const key = `${target} ${gzip} ${service}`;
  if (!clients.has(key)) {
    const Kind = service === 'health' ? health.Health : inference.GRPCInferenceService;
    clients.set(key, new Kind(target, grpc.credentials.createInsecure(), {
      'grpc.default_compression_algorithm': gzip ? 2 : 0,
      'grpc.max_receive_message_length': -1,
    }));
  }
  return clients.get(key);
}

function call(command) {
  return new Promise(resolve => {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(command.metadata ?? {})) metadata.set(name, value);
    const deadline = command.deadline ? { deadline: Date.now() + command.deadline } : {};
    clientOf(command.target, command.gzip, command.service)[command.method](command.request, metadata, deadline, (error, response) =>
      resolve({ code: error ? error.code : 0, details: error ? error.details : '', response }));
  });
}

require('readline').createInterface({ input: process.stdin }).on('line', async line => {
  const command = JSON.parse(line);
  const answers = await Promise.all(Array.from({ length: command.times ?? 1 }, () => call(command)));
  const ok = answers.filter(answer => answer.code === 0).length;
  process.stdout.write(JSON.stringify({ ...answers[0], ok }) + '\n');
}).on('close', () => process.exit(0));
