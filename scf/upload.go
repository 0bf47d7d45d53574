package scf

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// upload is where packages go that no request can carry.
type upload struct {
	bucket  event.Bucket
	opts    []cos.Option
	objects *cos.Objects
}

// WithUpload sends packages that are larger than a signed request can carry (about 7.4 MB) through bucket, which must be in the
// client's region: the package is written under "cosevent-upload/", the service told of it, and the object deleted when the
// function is Active or the deployment has failed. The client's credentials must allow that. A bucket without triggers is
// best: the write is an event like any other. [WithProgress] shows the upload's.
//
// The bucket is reached through the client's [WithEndpoint] address and [WithHTTPClient] unless opts say otherwise.
func WithUpload(bucket event.Bucket, opts ...cos.Option) Option {
	return func(c *config) { c.upload = &upload{bucket: bucket, opts: opts} }
}

func (u *upload) init(cred common.CredentialIface, cfg *config) *upload {
	if u == nil {
		return nil
	}
	opts := []cos.Option{cos.WithEndpoint(cfg.endpoint)}
	if cfg.http != nil {
		opts = append(opts, cos.WithHTTPClient(cfg.http))
	}
	return &upload{bucket: u.bucket, objects: cos.NewObjects(cos.FromSDK(cred), append(opts, u.opts...)...)}
}

func (u *upload) check(bad *faultList, region string) {
	if u == nil {
		return
	}
	switch b := u.bucket; {
	case b.Name == "" || b.AppID == "" || b.Region == "":
		bad.addf("upload", "bucket %s in %q lacks name, appid or region", b.ID(), b.Region)
	case b.Region != region:
		bad.addf("upload", "bucket %s is in %s, functions are in %s", b.ID(), b.Region, region)
	}
}

func (c *Client) codeLimit() codeLimit {
	return codeLimit{inline: maxInline, uploads: c.upload != nil, region: c.region}
}

// source is code as the API takes it. drop deletes what was uploaded for it and must be called.
func (c *Client) source(ctx context.Context, r ref, code Code) (src *scfsdk.Code, drop func() error, err error) {
	switch {
	case code.key != "":
		return stored(code.bucket, code.key), func() error { return nil }, nil
	case len(code.zip) <= maxInline:
		return &scfsdk.Code{ZipFile: ptr(base64.StdEncoding.EncodeToString(code.zip))}, func() error { return nil }, nil
	}
	key := fmt.Sprintf("cosevent-upload/%s-%s-%.12s-%s.zip", r.namespace, r.name, code.hash, unique())
	drop = func() error { return c.drop(ctx, key) }
	start := time.Now()
	body := &progressReader{r: bytes.NewReader(code.zip), tell: func(done int64) {
		c.report(Progress{Function: r.String(), Stage: "upload", Done: done, Total: code.Size(), Elapsed: time.Since(start)})
	}}
	if err := c.upload.objects.Put(ctx, c.upload.bucket, key, body, cos.ContentType("application/zip")); err != nil {
		err = fmt.Errorf("scf: package of function %s: %w", r, err)
		return nil, nil, both(err, drop()) // a lost answer may have left it there
	}
	body.finish()
	return stored(c.upload.bucket, "/"+key), drop, nil
}

func stored(b event.Bucket, key string) *scfsdk.Code {
	return &scfsdk.Code{CosBucketName: &b.Name, CosObjectName: &key, CosBucketRegion: &b.Region}
}

// drop deletes an uploaded package. That must also happen when ctx has ended, but then it may not take long.
func (c *Client) drop(ctx context.Context, key string) error {
	limit := 30 * time.Second
	if ctx.Err() != nil {
		limit = 60 * time.Millisecond
	}
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	var err error
	for n := 1; n <= c.backoff.Attempts; n++ {
		if _, err = c.upload.objects.Client(c.upload.bucket).Object.Delete(clean, key); err == nil {
			return nil
		}
		if sleep(clean, c.backoff.pause(n)) != nil {
			break
		}
	}
	return fmt.Errorf("scf: the uploaded package %s is left in bucket %s: %w", key, c.upload.bucket.ID(), err)
}

func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return hex.EncodeToString(b[:])
}

// progressReader tells how far the reading has come, every MB. It has Seek, so that the upload can be repeated.
type progressReader struct {
	r    *bytes.Reader
	tell func(done int64)
	told int64
}

const progressStep = 1 << 20

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if done := p.r.Size() - int64(p.r.Len()); done-p.told >= progressStep || done < p.told {
		p.told = done
		p.tell(done)
	}
	return n, err
}

func (p *progressReader) Seek(offset int64, whence int) (int64, error) {
	return p.r.Seek(offset, whence)
}

func (p *progressReader) finish() {
	if p.told != p.r.Size() {
		p.tell(p.r.Size())
	}
}
