'use strict';

// Everything shown comes through textContent: a feature's description or an answer can never become markup.
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

let api;

const resolve = schema => {
  while (schema && schema.$ref) schema = schema.$ref.slice(2).split('/').reduce((node, name) => node[name], api);
  return schema || {};
};

const typesOf = schema => [].concat(schema.type || []);

const exampleOf = schema => {
  schema = resolve(schema);
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf) return exampleOf(schema.oneOf[0]);
  const types = typesOf(schema);
  if (types.includes('object')) {
    const names = schema.required || Object.keys(schema.properties || {});
    return Object.fromEntries(names.map(name => [name, exampleOf(schema.properties[name])]));
  }
  if (types.includes('array')) return Array.from({ length: Math.max(1, schema.minItems || 1) }, () => exampleOf(schema.items || {}));
  if (types.includes('number') || types.includes('integer')) return schema.minimum ?? Math.min(0, schema.maximum ?? 0);
  if (types.includes('boolean')) return false;
  return '';
};

// One row of zeros for each tensor: an open size is 1.
const exampleOfTensors = schema => ({
  inputs: resolve(schema).properties.inputs.items.oneOf.map(tensor => {
    const shape = JSON.parse(tensor.properties.shape.description.split(']')[0] + ']').map(size => (size < 0 ? 1 : size));
    const count = Math.min(shape.reduce((product, size) => product * size, 1), 4096);
    const type = tensor.properties.data.items.type[0];
    const value = type === 'string' ? '' : type === 'boolean' ? false : 0;
    return { name: tensor.properties.name.const, datatype: tensor.properties.datatype.const, shape, data: Array(count).fill(value) };
  }),
});

const bodyOf = (path, schema) => (path.endsWith('/infer') ? exampleOfTensors(schema) : exampleOf(schema));

const featureInput = (schema, change) => {
  const types = typesOf(schema);
  let input;
  if (schema.enum || types.includes('boolean')) {
    const values = schema.enum ? schema.enum.filter(value => value !== null) : [true, false];
    input = make('select', {}, ...(types.includes('null') ? [make('option', { value: '' }, '')] : []), ...values.map(value => make('option', { value: JSON.stringify(value) }, String(value))));
    if (schema.default !== undefined && schema.default !== null) input.value = JSON.stringify(schema.default);
    input.read = () => (input.value === '' ? undefined : JSON.parse(input.value));
  } else if (types.includes('number') || types.includes('integer')) {
    input = make('input', { type: 'number', step: types.includes('integer') ? 1 : 'any' });
    if (schema.minimum !== undefined) input.min = schema.minimum;
    if (schema.maximum !== undefined) input.max = schema.maximum;
    const example = exampleOf(schema);
    input.value = example === null ? '' : example;
    input.read = () => (input.value === '' ? undefined : Number(input.value));
  } else {
    input = make('input', { type: 'text', value: schema.default || '' });
    input.read = () => input.value;
  }
  input.addEventListener('input', change);
  return input;
};

const rangeOf = schema => {
  const from = schema.minimum !== undefined ? `from ${schema.minimum}` : '';
  const to = schema.maximum !== undefined ? `to ${schema.maximum}` : '';
  return [from, to].filter(Boolean).join(' ');
};

// A field for each feature; what is typed there goes into the body, which is what is sent.
const featureForm = (schema, text) => {
  const fields = {};
  const change = () => {
    const row = {};
    for (const [name, input] of Object.entries(fields)) {
      const value = input.read();
      if (value !== undefined) row[name] = value;
    }
    text.value = JSON.stringify(row, null, 2);
  };
  const form = make('div', { className: 'features' });
  for (const [name, feature] of Object.entries(schema.properties)) {
    fields[name] = featureInput(feature, change);
    fields[name].name = name;
    const optional = (schema.required || []).includes(name) ? '' : 'may be left out';
    form.append(make('label', {}, name, fields[name], make('small', {}, [feature.description, rangeOf(feature), optional].filter(Boolean).join(' · '))));
  }
  change();
  return form;
};

const send = async (method, path, text, status, output) => {
  const headers = {};
  const key = document.getElementById('key').value;
  if (key) headers['x-api-key'] = key;
  if (text) headers['content-type'] = 'application/json';
  status.textContent = '…';
  const start = performance.now();
  try {
    // Relative: a proxy may have put the server under a path of its own.
    const response = await fetch(path.slice(1), { method, headers, body: text ? text.value : undefined });
    const body = await response.text();
    status.className = response.ok ? 'status good' : 'status bad';
    status.textContent = `${response.status} in ${Math.round(performance.now() - start)} ms, request ${response.headers.get('x-request-id')}`;
    try {
      output.textContent = JSON.stringify(JSON.parse(body), null, 2);
    } catch {
      output.textContent = body;
    }
  } catch (error) {
    status.className = 'status bad';
    status.textContent = `no answer: ${error.message}`;
  }
  output.hidden = false;
};

const operation = (path, method, description) => {
  const details = make('details', { id: `${method}${path}` }, make('summary', {}, make('b', {}, method.toUpperCase()), make('code', {}, path), description.summary));
  const body = make('div', { className: 'body' });
  const status = make('span', { className: 'status' });
  const output = make('pre', { className: 'answer', hidden: true });
  let text;
  const content = description.requestBody && description.requestBody.content['application/json'];
  if (content) {
    const schema = resolve(content.schema);
    text = make('textarea', { rows: 12, spellcheck: false, ariaLabel: 'body of the request' });
    const features = path === '/predict' && resolve(schema.oneOf[0]);
    if (features) body.append(featureForm(features, text));
    else text.value = JSON.stringify(bodyOf(path, schema), null, 2);
    body.append(text);
  }
  const button = make('button', { type: 'button' }, 'Send');
  button.addEventListener('click', () => send(method.toUpperCase(), path, text, status, output));
  body.append(button, ' ', status, output);
  details.append(body);
  details.open = path === '/predict';
  return details;
};

const load = async () => {
  const failure = document.getElementById('failure');
  const key = document.getElementById('key').value;
  const response = await fetch('openapi.json', { headers: key ? { 'x-api-key': key } : {} });
  if (!response.ok) {
    failure.textContent = (await response.json()).error;
    return;
  }
  api = await response.json();
  failure.textContent = '';
  document.title = api.info.title;
  document.getElementById('title').replaceChildren(api.info.title, ' ', make('small', {}, api.info.version));
  document.getElementById('description').textContent = api.info.description;
  const all = Object.entries(api.paths).flatMap(([path, item]) => Object.entries(item).map(([method, description]) => operation(path, method, description)));
  document.getElementById('operations').replaceChildren(...all);
};

document.getElementById('key').addEventListener('change', load);
load().catch(error => { document.getElementById('failure').textContent = error.message; });
