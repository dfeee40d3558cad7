'use strict';
// Does with the page what a person does, and tells what was seen, as one JSON object on standard output.
const { chromium } = require('playwright-core');

const [url, key] = process.argv.slice(2);

const send = async (page, id) => {
  const operation = page.locator(`details[id="${id}"]`);
  if (!(await operation.getAttribute('open') !== null)) await operation.locator('summary').click();
  const status = operation.locator('.status');
  await status.evaluate(element => { element.textContent = ''; });
  await operation.getByRole('button', { name: 'Send' }).click();
  await operation.locator('.status', { hasText: /^\d/ }).waitFor();
  return { status: await status.textContent(), body: JSON.parse(await operation.locator('.answer').textContent()) };
};

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const seen = { problems: [], foreign: [] };
    page.on('console', message => { if (message.type() === 'error' && !message.text().includes('status of 4')) seen.problems.push(message.text()); });
    page.on('pageerror', error => seen.problems.push(error.message));
    page.on('dialog', dialog => { seen.problems.push('a dialog: ' + dialog.message()); dialog.dismiss(); });
    page.on('request', request => { if (!request.url().startsWith(new URL(url).origin + '/') && !request.url().startsWith('data:')) seen.foreign.push(request.url()); });
    await page.goto(url);
    if (key) {
      await page.locator('#failure', { hasText: /./ }).waitFor();
      seen.failure = await page.locator('#failure').textContent();
      await page.locator('#key').fill(key);
      await page.locator('#key').press('Tab');
    }
    await page.waitForSelector('details');
    seen.title = await page.title();
    seen.description = await page.locator('#description').textContent();
    seen.operations = await page.locator('details').evaluateAll(all => all.map(details => details.id));
    const predict = page.locator('details[id="post/predict"]');
    seen.features = await predict.locator('.features input, .features select').evaluateAll(all => all.map(input => input.name));
    seen.colours = await predict.locator('select[name="colour"] option').evaluateAll(all => all.map(option => option.textContent));
    await predict.locator('input[name="age"]').fill('30');
    await predict.locator('select[name="colour"]').selectOption({ label: 'green' });
    await predict.locator('input[name="income"]').fill('5');
    await predict.locator('input[name="visits"]').fill('');
    seen.sent = JSON.parse(await predict.locator('textarea').inputValue());
    seen.predicted = await send(page, 'post/predict');
    await predict.locator('input[name="age"]').fill('500');
    seen.refused = await send(page, 'post/predict');
    await predict.locator('textarea').fill('{"age":1');
    seen.malformed = await send(page, 'post/predict');
    seen.inferred = await send(page, seen.operations.find(id => id.endsWith('/infer')));
    seen.health = await send(page, 'get/health');
    console.log(JSON.stringify(seen));
  } finally {
    await browser.close();
  }
})().catch(error => { console.error(error.message); process.exit(1); });
