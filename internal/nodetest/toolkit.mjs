// The deployment code of tencent-component-toolkit (what serverless tools run on) against the fake: functions with code in a
// bucket, and COS triggers created, kept, replaced and removed.
import assert from 'node:assert/strict';
import COS from 'cos-nodejs-sdk-v5';
import { agent, appId, check, done, quiet, region, secretId, secretKey, url } from './lib.mjs';

// Its API client has no setting for an endpoint but minds this variable, for plain HTTP.
process.env.http_proxy = url.origin;
const { Scf } = (await import('tencent-component-toolkit')).default;

const bucket = `nodeevents-${appId}`;
const host = `${bucket}.cos.${region}.myqcloud.com`;
const cos = new COS({ SecretId: secretId, SecretKey: secretKey, Protocol: 'http:', Proxy: url.origin });
const at = (Key, more) => ({ Bucket: bucket, Region: region, Key, ...more });

const tk = new Scf({ SecretId: secretId, SecretKey: secretKey }, region);
tk.capi.options.protocol = 'http';
const funcInfo = { FunctionName: 'node', Namespace: 'default' };
const event = (events, prefix, suffix, enable = true) => ({
  cos: { parameters: { bucket: host, events, filter: { prefix, suffix }, enable, qualifier: '$DEFAULT' } },
});
const deploy = (...events) => quiet(() => tk.deployTrigger(funcInfo, { name: 'node', namespace: 'default', events }));
const listed = async () => (await tk.getTriggerList('node')).map((t) => [JSON.parse(t.TriggerDesc).event, t.Enable]).sort();

await check('triggers are created', async () => {
  const made = await deploy(event('cos:ObjectCreated:*', 'in/', '.jpg'), event('cos:ObjectRemove:*', 'in/', '', false));
  assert.deepEqual(made.map((t) => [t.NeedCreate, t.Qualifier]), [[true, '$DEFAULT'], [true, '$DEFAULT']]);
  assert.equal(
    made[0].TriggerDesc, `{"bucketUrl":"${host}","event":"cos:ObjectCreated:*","filter":{"Prefix":"in/","Suffix":".jpg"}}`);
  assert.deepEqual(await listed(), [['cos:ObjectCreated:*', 1], ['cos:ObjectRemove:*', 0]]);
});

await check('the same again leaves them alone', async () => {
  const kept = await deploy(event('cos:ObjectCreated:*', 'in/', '.jpg'), event('cos:ObjectRemove:*', 'in/', '', false));
  assert.deepEqual(kept.map((t) => t.NeedCreate), [false, false]);
});

await check('they fire', async () => {
  await cos.putObject(at('in/1.jpg', { Body: 'x' }));
  await cos.putObject(at('in/1.txt', { Body: 'x' }));
  await cos.sliceUploadFile(at('in/big.jpg', { FilePath: process.execPath, ChunkSize: 64 * 1024 * 1024 }));
  await cos.deleteObject(at('in/1.jpg'));
});

await check('one is replaced, one removed', async () => {
  const made = await deploy(event('cos:ObjectCreated:Copy', 'new/', ''));
  assert.equal(made.length, 1);
  assert.deepEqual(await listed(), [['cos:ObjectCreated:Copy', 1]]);
  await cos.putObjectCopy(at('new/2.jpg', { CopySource: `${host}/in/1.txt` }));
  await cos.putObject(at('new/3.jpg', { Body: 'x' }));
});

await check('all are removed', async () => {
  await deploy();
  assert.deepEqual(await listed(), []);
});

await check('a function whose code is in a bucket', async () => {
  const zip = Buffer.from(
    'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAEAAAAbWFpblBLAQIUAxQAAAAAAAAAIQAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAADtgQAAAABtYWluUEsFBgAAAAABAAEAMgAAACIAAAAAAA==', 'base64');
  await cos.putObject(at('code.zip', { Body: zip }));
  const inputs = {
    name: 'tk-made', handler: 'main', runtime: 'Go1', namespace: 'default', memorySize: 256, timeout: 5,
    code: { bucket: 'nodeevents', object: '/code.zip' }, environment: { variables: { MODE: '1' } },
    events: [event('cos:ObjectCreated:Post', 'tk/', '')],
  };
  const first = await quiet(() => tk.deploy(inputs));
  assert.equal(first.Status, 'Active');
  assert.equal(first.MemorySize, 256);
  assert.equal(first.Triggers.length, 1);
  const second = await quiet(() => tk.deploy({ ...inputs, memorySize: 512, publish: true }));
  assert.equal(second.MemorySize, 512);
  assert.equal(second.LastVersion, '1');
  assert.equal(second.Triggers[0].NeedCreate, false);
  await quiet(() => tk.remove({ functionName: 'tk-made' }));
  assert.equal(await tk.scf.get({ functionName: 'tk-made' }), null);
  // Its trigger went with it: the rule is free.
  await deploy(event('cos:ObjectCreated:Post', 'tk/', ''));
  await deploy();
});

await check('invoke', async () => {
  const r = await quiet(() => tk.invoke({ functionName: 'echo', clientContext: { a: 1 } }));
  assert.equal(r.Result.RetMsg, '{"a":1}');
});

done();
