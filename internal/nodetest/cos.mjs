// The vendor's Node client for COS against the fake: through an HTTP proxy, as it is set up in the field.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import COS from 'cos-nodejs-sdk-v5';
import { agent, appId, check, done, region, secretId, secretKey, url } from './lib.mjs';

const options = { SecretId: secretId, SecretKey: secretKey, Protocol: 'http:', Proxy: url.origin, UploadCheckContentMd5: true };
const cos = new COS(options);
const Bucket = `nodecos-${appId}`;
const at = (Key, more) => ({ Bucket, Region: region, Key, ...more });
const inBucket = (more) => ({ Bucket, Region: region, ...more });
const tmp = fs.mkdtempSync(path.join(os.tmpdir(), 'nodecos'));

async function refused(promise, status, code) {
  let err;
  try {
    await promise;
  } catch (e) {
    err = e;
  }
  assert.ok(err, `no error, wanted ${status} ${code}`);
  assert.equal(err.statusCode, status, JSON.stringify(err));
  if (code) assert.equal(err.code, code);
}

// fetchRaw gets or sends without the client: what a browser or curl does with a signed address.
function fetchRaw(address, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const req = http.request(address, { method, headers, agent: agent() }, (res) => {
      const parts = [];
      res.on('data', (b) => parts.push(b));
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts) }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

await check('bucket', async () => {
  await cos.putBucket(inBucket());
  await cos.headBucket(inBucket());
  const { LocationConstraint } = await cos.getBucketLocation(inBucket());
  assert.equal(LocationConstraint, region);
  const { Buckets } = await cos.getService();
  assert.ok(Buckets.some((b) => b.Name === Bucket && b.Location === region));
  await refused(cos.headBucket({ Bucket: `missing-${appId}`, Region: region }), 404);
});

await check('put, head, get', async () => {
  const put = await cos.putObject(at('a b/中文+1.txt', { Body: 'hello', ContentType: 'text/plain', 'x-cos-meta-owner': 'li' }));
  assert.equal(put.statusCode, 200);
  assert.equal(put.ETag, '"' + crypto.createHash('md5').update('hello').digest('hex') + '"');
  const head = await cos.headObject(at('a b/中文+1.txt'));
  assert.equal(head.headers['content-length'], '5');
  assert.equal(head.headers['x-cos-meta-owner'], 'li');
  assert.equal(head.headers['content-type'], 'text/plain');
  assert.ok(head.headers['x-cos-hash-crc64ecma']);
  const get = await cos.getObject(at('a b/中文+1.txt'));
  assert.equal(get.Body.toString(), 'hello');
  await refused(cos.getObject(at('missing')), 404, 'NoSuchKey');
  await refused(cos.headObject(at('missing')), 404);
});

await check('keys that are hard to carry', async () => {
  for (const key of ['100%.txt', 'a?b#c', 'a&b=c', "!'()*~", 'x/', 'a//b', '%2F', '😀', 'a+b c']) {
    await cos.putObject(at(key, { Body: key }));
    assert.equal((await cos.getObject(at(key))).Body.toString(), key);
    const { Contents } = await cos.getBucket(inBucket({ Prefix: key }));
    assert.ok(Contents.some((o) => o.Key === key), `${key} is not in ${JSON.stringify(Contents)}`);
    await cos.deleteObject(at(key));
  }
});

await check('range and conditions', async () => {
  const part = await cos.getObject(at('a b/中文+1.txt', { Range: 'bytes=1-3' }));
  assert.equal(part.statusCode, 206);
  assert.equal(part.Body.toString(), 'ell');
  assert.equal(part.headers['content-range'], 'bytes 1-3/5');
  const etag = '"5d41402abc4b2a76b9719d911017c592"';
  assert.equal((await cos.getObject(at('a b/中文+1.txt', { IfMatch: etag }))).statusCode, 200);
  await refused(cos.getObject(at('a b/中文+1.txt', { IfMatch: '"0"' })), 412, 'PreconditionFailed');
});

await check('streams', async () => {
  await cos.putObject(at('stream', { Body: Readable.from([Buffer.from('in '), Buffer.from('pieces')]), ContentLength: 9 }));
  const chunks = [];
  await new Promise((resolve, reject) => {
    const s = cos.getObjectStream(at('stream'));
    s.on('data', (b) => chunks.push(b));
    s.on('end', resolve);
    s.on('error', reject);
  });
  assert.equal(Buffer.concat(chunks).toString(), 'in pieces');
  const file = path.join(tmp, 'out');
  await cos.getObject(at('stream', { Output: fs.createWriteStream(file) }));
  assert.equal(fs.readFileSync(file, 'utf8'), 'in pieces');
});

await check('delete, one and many', async () => {
  const keys = Array.from({ length: 20 }, (_, i) => `many/${i} &<>.txt`);
  for (const k of keys) await cos.putObject(at(k, { Body: 'x' }));
  const { Deleted, Error: failed } = await cos.deleteMultipleObject(inBucket({ Objects: keys.slice(1).map((Key) => ({ Key })) }));
  assert.equal(Deleted.length, 19);
  assert.deepEqual(failed, []);
  assert.equal((await cos.deleteObject(at(keys[0]))).statusCode, 204);
  assert.deepEqual((await cos.getBucket(inBucket({ Prefix: 'many/' }))).Contents, []);
});

await check('list', async () => {
  for (const k of ['l/a', 'l/b/1', 'l/b/2', 'l/c']) await cos.putObject(at(k, { Body: k }));
  const page = await cos.getBucket(inBucket({ Prefix: 'l/', Delimiter: '/', MaxKeys: 2 }));
  assert.equal(page.IsTruncated, 'true');
  assert.deepEqual(page.Contents.map((o) => o.Key), ['l/a']);
  assert.deepEqual(page.CommonPrefixes.map((p) => p.Prefix), ['l/b/']);
  const rest = await cos.getBucket(inBucket({ Prefix: 'l/', Delimiter: '/', Marker: page.NextMarker }));
  assert.deepEqual(rest.Contents.map((o) => o.Key), ['l/c']);
  assert.equal(rest.IsTruncated, 'false');
  await cos.putObject(at('l/d e+中', { Body: 'x' }));
  const encoded = await cos.getBucket(inBucket({ Prefix: 'l/d', EncodingType: 'url' }));
  assert.equal(encoded.EncodingType, 'url');
  assert.equal(decodeURIComponent(encoded.Contents[0].Key), 'l/d e+中');
});

const big = crypto.randomBytes(5 * 1024 * 1024 + 123);
const bigFile = path.join(tmp, 'big');
fs.writeFileSync(bigFile, big);
const same = async (key) => assert.ok((await cos.getObject(at(key))).Body.equals(big), `${key} differs`);

await check('a large file in parts', async () => {
  let last = 0;
  const r = await cos.sliceUploadFile(
    at('big', { FilePath: bigFile, ChunkSize: 1024 * 1024, onProgress: (p) => (last = p.percent) }),
  );
  assert.equal(r.statusCode, 200);
  assert.match(r.ETag, /^".*-6"$/);
  assert.equal(last, 1);
  await same('big');
  await cos.uploadFile(at('big2', { FilePath: bigFile, SliceSize: 1024 * 1024, ChunkSize: 2 * 1024 * 1024 }));
  await same('big2');
});

await check('parts by hand', async () => {
  const { UploadId } = await cos.multipartInit(at('parts', { 'x-cos-meta-a': 'b' }));
  const Parts = [];
  for (let i = 0; i < 3; i++) {
    const { ETag } = await cos.multipartUpload(
      at('parts', { UploadId, PartNumber: i + 1, Body: big.subarray(i * 2097152, (i + 1) * 2097152) }),
    );
    Parts.push({ PartNumber: i + 1, ETag });
  }
  const uploads = await cos.multipartList(inBucket({ Prefix: 'parts' }));
  assert.equal(uploads.Upload[0].UploadId, UploadId);
  const listed = await cos.multipartListPart(at('parts', { UploadId }));
  assert.equal(listed.Part.length, 3);
  await refused(
    cos.multipartComplete(at('parts', { UploadId, Parts: [{ PartNumber: 1, ETag: '"wrong"' }] })), 400, 'InvalidPart');
  await cos.multipartComplete(at('parts', { UploadId, Parts }));
  await same('parts');
  assert.equal((await cos.headObject(at('parts'))).headers['x-cos-meta-a'], 'b');

  const second = await cos.multipartInit(at('aborted'));
  await cos.multipartUpload(at('aborted', { UploadId: second.UploadId, PartNumber: 1, Body: 'x' }));
  await cos.multipartAbort(at('aborted', { UploadId: second.UploadId }));
  await refused(cos.multipartListPart(at('aborted', { UploadId: second.UploadId })), 404, 'NoSuchUpload');
});

await check('copy', async () => {
  const source = `${Bucket}.cos.${region}.myqcloud.com/${encodeURIComponent('a b/中文+1.txt')}`;
  await cos.putObjectCopy(at('copied', { CopySource: source }));
  const copied = await cos.headObject(at('copied'));
  assert.equal(copied.headers['x-cos-meta-owner'], 'li');
  await cos.putObjectCopy(at('replaced', { CopySource: source, MetadataDirective: 'Replaced', 'x-cos-meta-owner': 'wang' }));
  assert.equal((await cos.headObject(at('replaced'))).headers['x-cos-meta-owner'], 'wang');
  await refused(cos.putObjectCopy(at('x', { CopySource: `${Bucket}.cos.${region}.myqcloud.com/missing` })), 404, 'NoSuchCopySource');
  await cos.sliceCopyFile(
    at('big3', { CopySource: `${Bucket}.cos.${region}.myqcloud.com/big`, CopySliceSize: 1024 * 1024, CopyChunkSize: 2 * 1024 * 1024 }));
  await same('big3');
});

await check('append', async () => {
  const first = await cos.appendObject(at('log', { Position: 0, Body: 'one ' }));
  assert.equal(first.headers['x-cos-next-append-position'], '4');
  await cos.appendObject(at('log', { Position: 4, Body: 'two' }));
  assert.equal((await cos.getObject(at('log'))).Body.toString(), 'one two');
  await refused(cos.appendObject(at('log', { Position: 2, Body: 'x' })), 409, 'AppendPositionErr');
});

await check('versions', async () => {
  const Bucket = `nodever-${appId}`;
  const v = (more) => ({ Bucket, Region: region, ...more });
  await cos.putBucket(v());
  await cos.putBucketVersioning(v({ VersioningConfiguration: { Status: 'Enabled' } }));
  assert.equal((await cos.getBucketVersioning(v())).VersioningConfiguration.Status, 'Enabled');
  const one = await cos.putObject(v({ Key: 'k', Body: 'one' }));
  const two = await cos.putObject(v({ Key: 'k', Body: 'two' }));
  const [v1, v2] = [one, two].map((r) => r.headers['x-cos-version-id']);
  assert.ok(v1 && v2 && v1 !== v2);
  assert.equal((await cos.getObject(v({ Key: 'k', VersionId: v1 }))).Body.toString(), 'one');
  const del = await cos.deleteObject(v({ Key: 'k' }));
  assert.equal(del.headers['x-cos-delete-marker'], 'true');
  await refused(cos.getObject(v({ Key: 'k' })), 404, 'NoSuchKey');
  const all = await cos.listObjectVersions(v({ Prefix: 'k' }));
  assert.deepEqual(all.Versions.map((x) => x.VersionId), [v2, v1]);
  assert.equal(all.DeleteMarkers.length, 1);
  assert.equal(all.DeleteMarkers[0].IsLatest, 'true');
  await cos.deleteMultipleObject(v({ Objects: [
    { Key: 'k', VersionId: v1 }, { Key: 'k', VersionId: v2 }, { Key: 'k', VersionId: all.DeleteMarkers[0].VersionId },
  ] }));
  assert.deepEqual((await cos.listObjectVersions(v())).Versions, []);
  await cos.deleteBucket(v());
});

await check('addresses signed beforehand', async () => {
  const address = cos.getObjectUrl(at('a b/中文+1.txt', { Sign: true, Expires: 60 }));
  const got = await fetchRaw(address);
  assert.equal(got.status, 200, got.body.toString());
  assert.equal(got.body.toString(), 'hello');
  const put = cos.getObjectUrl(at('by-url', { Method: 'PUT', Sign: true, Headers: { 'x-cos-meta-from': 'url' } }));
  assert.equal((await fetchRaw(put, { method: 'PUT', headers: { 'x-cos-meta-from': 'url', 'content-length': 2 }, body: 'ok' })).status, 200);
  assert.equal((await cos.headObject(at('by-url'))).headers['x-cos-meta-from'], 'url');
  assert.equal((await fetchRaw(put, { method: 'PUT', headers: { 'x-cos-meta-from': 'else', 'content-length': 2 }, body: 'ok' })).status, 403);
  assert.equal((await fetchRaw(address.replace('q-ak=', 'q-ak=x'))).status, 403);
  assert.equal((await fetchRaw(cos.getObjectUrl(at('a b/中文+1.txt', { Sign: false })))).status, 403);
});

await check('form', async () => {
  const now = Math.floor(Date.now() / 1000);
  const keyTime = `${now - 10};${now + 600}`;
  const policy = JSON.stringify({
    expiration: new Date((now + 600) * 1000).toISOString(),
    conditions: [{ bucket: Bucket }, ['starts-with', '$key', 'form/'], { 'q-sign-algorithm': 'sha1' }, { 'q-ak': secretId }, { 'q-sign-time': keyTime }],
  });
  const hmac = (key, s) => crypto.createHmac('sha1', key).update(s).digest('hex');
  const fields = (key) => ({
    key, policy: Buffer.from(policy).toString('base64'), 'Content-Type': 'text/plain', 'x-cos-meta-from': 'form', 'success_action_status': '201',
    'q-sign-algorithm': 'sha1', 'q-ak': secretId, 'q-key-time': keyTime,
    'q-signature': hmac(hmac(secretKey, keyTime), crypto.createHash('sha1').update(policy).digest('hex')),
  });
  const post = (key) => {
    const boundary = 'form0boundary';
    let body = '';
    for (const [k, v] of Object.entries(fields(key))) {
      body += `--${boundary}\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`;
    }
    body += `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nfrom a form\r\n--${boundary}--\r\n`;
    return fetchRaw(`http://${Bucket}.cos.${region}.myqcloud.com/`, {
      method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': Buffer.byteLength(body) }, body,
    });
  };
  const sent = await post('form/${filename}');
  assert.equal(sent.status, 201, sent.body.toString());
  assert.equal((await cos.getObject(at('form/f.txt'))).Body.toString(), 'from a form');
  assert.equal((await cos.headObject(at('form/f.txt'))).headers['x-cos-meta-from'], 'form');
  const outside = await post('elsewhere/f.txt');
  assert.match(outside.body.toString(), /<Code>InvalidPolicyDocument<\/Code>/);
  await refused(cos.headObject(at('elsewhere/f.txt')), 404);
});

await check('tagging', async () => {
  const Tags = [{ Key: 'team', Value: '图' }, { Key: 'a b', Value: '1' }];
  await cos.putObjectTagging(at('copied', { Tags }));
  const got = (await cos.getObjectTagging(at('copied'))).Tags;
  assert.deepEqual(got.sort((a, b) => (a.Key < b.Key ? -1 : 1)), [...Tags].sort((a, b) => (a.Key < b.Key ? -1 : 1)));
  await cos.deleteObjectTagging(at('copied'));
  assert.deepEqual((await cos.getObjectTagging(at('copied'))).Tags, []);
  await cos.putBucketTagging(inBucket({ Tags }));
  assert.equal((await cos.getBucketTagging(inBucket())).Tags.length, 2);
  await cos.deleteBucketTagging(inBucket());
});

await check('ACL', async () => {
  await cos.putObjectAcl(at('copied', { ACL: 'public-read' }));
  assert.equal((await cos.getObjectAcl(at('copied'))).ACL, 'public-read');
  assert.equal((await fetchRaw(cos.getObjectUrl(at('copied', { Sign: false })))).body.toString(), 'hello');
  await cos.putObjectAcl(at('copied', { ACL: 'private' }));
  assert.equal((await fetchRaw(cos.getObjectUrl(at('copied', { Sign: false })))).status, 403);
  await cos.putBucketAcl(inBucket({ ACL: 'public-read' }));
  assert.equal((await cos.getBucketAcl(inBucket())).ACL, 'public-read');
  await cos.putBucketAcl(inBucket({ ACL: 'private' }));
});

await check('settings of a bucket', async () => {
  const CORSRules = [{ AllowedOrigin: ['https://example.com'], AllowedMethod: ['GET', 'PUT'], AllowedHeader: ['*'], ExposeHeader: ['ETag'], MaxAgeSeconds: '60' }];
  await cos.putBucketCors(inBucket({ CORSRules }));
  const cors = (await cos.getBucketCors(inBucket())).CORSRules;
  assert.deepEqual(cors[0].AllowedOrigins || cors[0].AllowedOrigin, ['https://example.com']);
  const asked = await cos.optionsObject(at('copied', { Origin: 'https://example.com', AccessControlRequestMethod: 'PUT', AccessControlRequestHeaders: 'x' }));
  assert.equal(asked.AccessControlAllowOrigin, 'https://example.com');
  await cos.deleteBucketCors(inBucket());
  await cos.putBucketLifecycle(inBucket({ Rules: [{ ID: 'r', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: '1' } }] }));
  assert.equal((await cos.getBucketLifecycle(inBucket())).Rules[0].ID, 'r');
  await cos.deleteBucketLifecycle(inBucket());
  const Policy = { version: '2.0', Statement: [{ Effect: 'allow', Principal: { qcs: ['qcs::cam::anyone:anyone'] }, Action: ['name/cos:GetObject'], Resource: [`qcs::cos:${region}:uid/${appId}:${Bucket}/*`] }] };
  await cos.putBucketPolicy(inBucket({ Policy }));
  assert.equal((await cos.getBucketPolicy(inBucket())).Policy.Statement.length, 1);
  await cos.deleteBucketPolicy(inBucket());
});

await check('archive', async () => {
  await cos.putObject(at('cold', { Body: 'cold', StorageClass: 'ARCHIVE' }));
  assert.equal((await cos.headObject(at('cold'))).headers['x-cos-storage-class'], 'ARCHIVE');
  await refused(cos.getObject(at('cold')), 403, 'InvalidObjectState');
  const r = await cos.restoreObject(at('cold', { RestoreRequest: { Days: 1, CASJobParameters: { Tier: 'Expedited' } } }));
  assert.ok(r.statusCode === 202 || r.statusCode === 200);
});

await check('wrong keys', async () => {
  const wrong = (more) => new COS({ ...options, ...more });
  await refused(wrong({ SecretKey: 'x' }).getObject(at('copied')), 403, 'SignatureDoesNotMatch');
  await refused(wrong({ SecretId: 'AKIDnobody' }).getObject(at('copied')), 403, 'InvalidAccessKeyId');
  const skewed = new COS({ ...options, SystemClockOffset: -48 * 3600 * 1000, CorrectClockSkew: false });
  await refused(skewed.getObject(at('copied')), 403);
});

await check('delete the bucket', async () => {
  await refused(cos.deleteBucket(inBucket()), 409, 'BucketNotEmpty');
  const { Contents } = await cos.getBucket(inBucket({ MaxKeys: 1000 }));
  await cos.deleteMultipleObject(inBucket({ Objects: Contents.map(({ Key }) => ({ Key })) }));
  await cos.deleteBucket(inBucket());
  await refused(cos.headBucket(inBucket()), 404);
});

fs.rmSync(tmp, { recursive: true });
done();
