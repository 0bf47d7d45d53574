// The vendor's Node client for SCF against the fake, with a COS trigger that the COS client then fires.
import assert from 'node:assert/strict';
import COS from 'cos-nodejs-sdk-v5';
import { scf } from 'tencentcloud-sdk-nodejs-scf';
import { agent, appId, check, done, region, secretId, secretKey, url } from './lib.mjs';

const client = (more) =>
  new scf.v20180416.Client({
    credential: { secretId, secretKey, ...more },
    region,
    profile: { httpProfile: { protocol: 'http://', endpoint: 'scf.tencentcloudapi.com', agent: agent() } },
  });
const c = client();
const Namespace = 'default';
const bucket = `nodeevents-${appId}`;
const host = `${bucket}.cos.${region}.myqcloud.com`;

async function refused(promise, code) {
  let err;
  try {
    await promise;
  } catch (e) {
    err = e;
  }
  assert.ok(err, `no error, wanted ${code}`);
  assert.ok([code].flat().includes(err.code), `${err.code}: ${err.message}`);
  assert.ok(err.requestId);
}

async function active(FunctionName) {
  for (;;) {
    const f = await c.GetFunction({ FunctionName });
    if (f.Status === 'Active') return f;
    assert.match(f.Status, /ing$/);
    await new Promise((r) => setTimeout(r, 50));
  }
}

await check('list', async () => {
  const { Functions, TotalCount } = await c.ListFunctions({ Limit: 10 });
  assert.equal(TotalCount, Functions.length);
  for (const name of ['node', 'echo', 'broken']) assert.ok(Functions.some((f) => f.FunctionName === name));
});

await check('invoke', async () => {
  const event = JSON.stringify({ 你好: ['a', 1] });
  const { Result } = await c.Invoke({ FunctionName: 'echo', ClientContext: event, LogType: 'Tail' });
  assert.equal(Result.RetMsg, event);
  assert.equal(Result.InvokeResult, 0);
  assert.ok(Result.FunctionRequestId);
  const broken = await c.Invoke({ FunctionName: 'broken', ClientContext: '{}' });
  assert.match(broken.Result.ErrMsg + broken.Result.RetMsg, /out of paper/);
  const queued = await c.Invoke({ FunctionName: 'echo', InvocationType: 'Event', ClientContext: '{}' });
  assert.ok(queued.Result.FunctionRequestId);
  await refused(c.Invoke({ FunctionName: 'missing', ClientContext: '{}' }), ['ResourceNotFound.Function', 'ResourceNotFound.FunctionName']);
});

await check('create, change, publish, delete', async () => {
  // The smallest zip: one empty file named main.
  const zip = 'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAEAAAAbWFpblBLAQIUAxQAAAAAAAAAIQAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAADtgQAAAABtYWluUEsFBgAAAAABAAEAMgAAACIAAAAAAA==';
  const FunctionName = 'node-made';
  await c.CreateFunction({
    FunctionName, Runtime: 'Go1', Handler: 'main', Code: { ZipFile: zip }, MemorySize: 128, Timeout: 3,
    Environment: { Variables: [{ Key: 'MODE', Value: '1' }] },
  });
  const f = await active(FunctionName);
  assert.equal(f.Runtime, 'Go1');
  assert.equal(f.MemorySize, 128);
  assert.deepEqual(f.Environment.Variables.map(({ Key, Value }) => [Key, Value]), [['MODE', '1']]);
  await refused(c.CreateFunction({ FunctionName, Runtime: 'Go1', Handler: 'main', Code: { ZipFile: zip } }), ['ResourceInUse.Function', 'ResourceInUse.FunctionName']);
  await c.UpdateFunctionConfiguration({ FunctionName, MemorySize: 256, Description: '说明' });
  assert.equal((await active(FunctionName)).MemorySize, 256);
  const { FunctionVersion } = await c.PublishVersion({ FunctionName });
  assert.equal(FunctionVersion, '1');
  await active(FunctionName);
  await c.CreateAlias({ FunctionName, Name: 'live', FunctionVersion });
  assert.equal((await c.GetAlias({ FunctionName, Name: 'live' })).FunctionVersion, '1');
  const { Versions } = await c.ListVersionByFunction({ FunctionName });
  assert.ok(Versions.some((v) => v.Version === '1'));
  await c.UpdateFunctionEventInvokeConfig({ FunctionName, AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 1 }], MsgTTL: 3600 } });
  assert.equal((await c.GetFunctionEventInvokeConfig({ FunctionName })).AsyncTriggerConfig.MsgTTL, 3600);
  await c.DeleteFunction({ FunctionName });
  await refused(c.GetFunction({ FunctionName }), ['ResourceNotFound.Function', 'ResourceNotFound.FunctionName']);
});

const trigger = { FunctionName: 'node', Namespace, Type: 'cos', TriggerName: host, Qualifier: '$DEFAULT' };
const desc = (event, Prefix, Suffix) => JSON.stringify({ event, filter: { Prefix, Suffix } });

await check('COS triggers', async () => {
  const created = await c.CreateTrigger({ ...trigger, TriggerDesc: desc('cos:ObjectCreated:*', 'in/', ''), Enable: 'OPEN' });
  assert.equal(created.TriggerInfo.Enable, 1);
  assert.equal(
    created.TriggerInfo.TriggerDesc, `{"bucketUrl":"${host}","event":"cos:ObjectCreated:*","filter":{"Prefix":"in/","Suffix":""}}`);
  await c.CreateTrigger({ ...trigger, TriggerDesc: desc('cos:ObjectRemove:*', 'in/', ''), Enable: 'OPEN' });
  await refused(
    c.CreateTrigger({ ...trigger, FunctionName: 'echo', TriggerDesc: desc('cos:ObjectCreated:Put', '', '.txt') }),
    'InvalidParameterValue.CosNotifyRuleConflict');
  const { Triggers, TotalCount } = await c.ListTriggers({ FunctionName: 'node' });
  assert.equal(TotalCount, 2);
  assert.ok(Triggers.every((t) => t.Type === 'cos' && t.TriggerName === host && t.Qualifier === '$DEFAULT'));
});

await check('a write by Node calls the function', async () => {
  const cos = new COS({ SecretId: secretId, SecretKey: secretKey, Protocol: 'http:', Proxy: url.origin });
  const at = (Key, more) => ({ Bucket: bucket, Region: region, Key, ...more });
  await cos.putObject(at('in/a b+中.txt', { Body: 'x' }));
  await cos.putObject(at('elsewhere', { Body: 'x' }));
  await cos.deleteObject(at('in/a b+中.txt'));
  await cos.deleteObject(at('elsewhere'));
});

await check('status and removal of triggers', async () => {
  const TriggerDesc = desc('cos:ObjectCreated:*', 'in/', '');
  await c.UpdateTriggerStatus({ ...trigger, TriggerDesc, Enable: 'CLOSE' });
  await refused(c.UpdateTriggerStatus({ ...trigger, TriggerDesc, Enable: 'CLOSE' }), 'FailedOperation.UpdateTriggerStatus');
  // As listed, spaced, and without the filter that is empty anyway: the same by meaning.
  await c.DeleteTrigger({ ...trigger, TriggerDesc: '{ "filter": {"Suffix": "", "Prefix": "in/"}, "event": "cos:ObjectCreated:*" }' });
  const { Triggers } = await c.ListTriggers({ FunctionName: 'node' });
  assert.equal(Triggers.length, 1);
  await c.DeleteTrigger({ ...trigger, TriggerDesc: Triggers[0].TriggerDesc });
  await refused(c.DeleteTrigger({ ...trigger, TriggerDesc: Triggers[0].TriggerDesc }), 'ResourceNotFound.Trigger');
});

await check('wrong keys', async () => {
  await refused(client({ secretKey: 'x' }).ListFunctions({}), 'AuthFailure.SignatureFailure');
  await refused(client({ secretId: 'AKIDnobody' }).ListFunctions({}), 'AuthFailure.SecretIdNotFound');
});

done();
