// An S3 server (s3rver) behind a check of every signature by AWS's own signer: s3rver itself does not compute version 4.
// Arguments: folder for the objects. Prints its port. Bucket "public" may be read by anybody, "models" by those who sign; tests put objects without a signature.
const http = require('http');
const S3rver = require('s3rver');
const { SignatureV4 } = require('@smithy/signature-v4');
const { Sha256 } = require('@aws-crypto/sha256-js');

const keys = { AKIDLASTING: { secret: 'lasting/secret+1' }, AKIDTEMPORARY: { secret: 'temporary/secret+2', token: 'a/session+token==' } };
const region = 'eu-test-1';

function refuse(response, code, message) {
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

async function check(request) {
  const bucket = request.headers.host.startsWith('models.') ? 'models' : request.url.split(/[/?]/)[1];
  if (request.method === 'PUT' || (bucket === 'public' && !request.headers.authorization)) return null;
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\S+, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(request.headers.authorization || '');
  if (!match) return ['AccessDenied', 'Access Denied'];
  const key = keys[match[1]];
  if (!key) return ['InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'];
  if (key.token !== request.headers['x-amz-security-token']) return ['InvalidToken', 'The provided token is malformed or otherwise invalid.'];
  const names = match[2].split(';');
  if (!names.includes('host') || Object.keys(request.headers).some(name => name.startsWith('x-amz-') && !names.includes(name))) return ['AccessDenied', 'There were headers present in the request which were not signed'];
  const date = request.headers['x-amz-date'];
  const signingDate = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Math.abs(Date.now() - signingDate) > 15 * 60 * 1000) return ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'];
  const url = new URL(request.url, 'http://x');
  const signer = new SignatureV4({
    credentials: { accessKeyId: match[1], secretAccessKey: key.secret, sessionToken: key.token }, region, service: 's3', sha256: Sha256, uriEscapePath: false,
  });
  const signed = await signer.sign({
    method: request.method,
    path: request.url.split('?')[0],
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(names.map(name => [name, request.headers[name]])),
  }, { signingDate });
  return signed.headers.authorization.endsWith(`Signature=${match[3]}`)
    ? null
    : ['SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.'];
}

async function main() {
  const s3 = new S3rver({ directory: process.argv[2], silent: true, serviceEndpoint: 'localhost', allowMismatchedSignatures: true, configureBuckets: [{ name: 'models' }, { name: 'public' }] });
  await s3.configureBuckets();
  const answer = s3.callback();
  const server = http.createServer(async (request, response) => {
    const refusal = await check(request);
    if (refusal) return refuse(response, ...refusal);
    // What is checked here s3rver would misread.
    delete request.headers.authorization;
    answer(request, response);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

main();
// Ends with its parent.
process.stdin.on('end', () => process.exit(0)).resume();
