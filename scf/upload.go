package scf

import (
	"context"
	"encoding/base64"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
)

type upload struct {
	bucket event.Bucket
}

func (c *Client) codeLimit() codeLimit {
	return codeLimit{inline: maxInline, uploads: c.upload != nil, region: c.region}
}

// source is code as the API takes it. drop removes what was uploaded for it.
func (c *Client) source(ctx context.Context, r ref, code Code) (src *scfsdk.Code, drop func(), err error) {
	drop = func() {}
	if code.key != "" {
		return &scfsdk.Code{CosBucketName: &code.bucket.Name, CosObjectName: &code.key, CosBucketRegion: &code.bucket.Region}, drop, nil
	}
	return &scfsdk.Code{ZipFile: ptr(base64.StdEncoding.EncodeToString(code.zip))}, drop, nil
}
