// An OTLP receiver: gRPC by the gRPC project's own server, HTTP by node's, both decoded by OpenTelemetry's own .proto files, out of its package.
// Prints its two ports, then a line of JSON for each span, with its resource.
const http = require('http');
const path = require('path');
const modules = path.join(__dirname, '../../Grpc/client/node_modules');
const grpc = require(path.join(modules, '@grpc/grpc-js'));
const loader = require(path.join(modules, '@grpc/proto-loader'));
const protobuf = require(path.join(modules, 'protobufjs'));
const protos = path.join(modules, '@opentelemetry/otlp-grpc-exporter-base/build/protos');

const file = 'opentelemetry/proto/collector/trace/v1/trace_service.proto';
const options = { keepCase: true, longs: String, enums: String, bytes: String, defaults: true };
const service = grpc.loadPackageDefinition(loader.loadSync(file, { ...options, includeDirs: [protos] })).opentelemetry.proto.collector.trace.v1;
const root = new protobuf.Root();
root.resolvePath = (origin, target) => path.join(protos, target);
root.loadSync(file, { keepCase: true });
const Request = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');

const attributes = list => Object.fromEntries(list.map(({ key, value }) => [key, value.string_value || value.int_value || value.bool_value]));
const hex = bytes => Buffer.from(bytes, 'base64').toString('hex');

function tell(request, via) {
  for (const { resource, scope_spans } of request.resource_spans)
    for (const { scope, spans } of scope_spans)
      for (const span of spans)
        process.stdout.write(JSON.stringify({
          via, scope: scope.name, name: span.name, kind: span.kind, trace: hex(span.trace_id), id: hex(span.span_id), parent: hex(span.parent_span_id),
          status: span.status ? span.status.code : '', resource: attributes(resource.attributes), attributes: attributes(span.attributes),
        }) + '\n');
}

const grpcServer = new grpc.Server();
grpcServer.addService(service.TraceService.service, {
  Export: (call, answer) => {
    tell(call.request, 'grpc');
    answer(null, {});
  },
});

const httpServer = http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part)).on('end', () => {
    const right = request.method === 'POST' && request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
    if (right) tell(Request.toObject(Request.decode(Buffer.concat(parts)), options), 'http');
    response.writeHead(right ? 200 : 404).end();
  });
});

grpcServer.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
  httpServer.listen(0, '127.0.0.1', () => console.log(`${port} ${httpServer.address().port}`)));

// Ends with its parent.
process.stdin.on('end', () => process.exit(0)).resume();
