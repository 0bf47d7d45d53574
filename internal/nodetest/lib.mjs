// What the scripts share: where the fakes are, and named checks of which the first that fails ends the run.
import http from 'node:http';
import net from 'node:net';

function need(name) {
  const v = process.env[name];
  if (!v) {
    console.error(`${name} is not set: run go run ./internal/nodetest`);
    process.exit(2);
  }
  return v;
}

export const url = new URL(need('NODETEST_URL'));
export const secretId = need('NODETEST_SECRET_ID');
export const secretKey = need('NODETEST_SECRET_KEY');
export const appId = need('NODETEST_APPID');
export const region = need('NODETEST_REGION');

// The clients must not find another way out.
for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
  delete process.env[name];
  delete process.env[name.toUpperCase()];
}

// agent connects to the fakes whatever host a request names, as a resolver of names could.
export function agent() {
  const a = new http.Agent();
  a.createConnection = (options, callback) => net.createConnection({ host: url.hostname, port: url.port }, callback);
  return a;
}

let checks = 0;

export async function check(name, f) {
  try {
    await f();
    checks++;
  } catch (e) {
    console.error(`FAIL ${name}`);
    console.error(e && e.error ? JSON.stringify(e, null, 2) : e);
    process.exit(1);
  }
}

export function done() {
  console.log(`${checks} checks passed`);
}

// quiet runs f without what it says on standard output.
export async function quiet(f) {
  const log = console.log;
  console.log = () => {};
  try {
    return await f();
  } finally {
    console.log = log;
  }
}
