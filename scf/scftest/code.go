package scftest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"strings"
	"sync"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
)

const maxZip = 50 << 20

// code is a function's package. It does not change; versions share it.
type code struct {
	zip []byte

	mu    sync.Mutex
	dir   string // where it is unpacked; "" while no instance needs it
	err   error  // why it cannot be
	users int    // instances
	stale bool   // no version has it any more: the last instance removes the directory
}

// source is where a call says its code is.
type source struct {
	zip, bucket, region, key string
	image                    bool
	given                    bool
}

func sourceOf(c *scfsdk.Code) source {
	if c == nil {
		return source{}
	}
	src := source{
		zip: str(c.ZipFile), bucket: str(c.CosBucketName), region: str(c.CosBucketRegion), key: str(c.CosObjectName),
		image: c.ImageConfig != nil,
	}
	src.given = c.ZipFile != nil || src.bucket != "" || src.image || c.DemoId != nil || c.TempCosObjectName != nil
	return src
}

// load gets a package. It calls the code source, so the lock must not be held.
func (s *Server) load(region string, src source) (*code, error) {
	var data []byte
	switch {
	case src.image:
		return &code{}, nil
	case src.zip != "":
		b, err := base64.StdEncoding.DecodeString(src.zip)
		if err != nil {
			return nil, fail("InvalidParameterValue.ZipFileBase64BinasciiError", "%s", msgBase64)
		}
		data = b
	case src.bucket != "":
		b, err := s.fromCOS(region, src)
		if err != nil {
			return nil, err
		}
		data = b
	default:
		return nil, fail("MissingParameter.Code", "Code参数缺失: ZipFile, or CosBucketName with CosObjectName; Demo and Git are not in this fake")
	}
	if len(data) > maxZip {
		return nil, fail("InvalidParameterValue.ZipFile", "ZipFile is %d bytes, at most %d", len(data), maxZip)
	}
	if _, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err != nil {
		return nil, fail("InvalidParameterValue.ZipFile", "%s", msgZip)
	}
	return &code{zip: data}, nil
}

func (s *Server) fromCOS(region string, src source) ([]byte, error) {
	if !strings.HasPrefix(src.key, "/") {
		return nil, fail("InvalidParameterValue.CosObjectName", "CosObjectName不合法: it must begin with /")
	}
	if src.region != "" {
		region = src.region
	}
	b := event.Bucket{Name: src.bucket, AppID: s.cfg.appID, Region: region}
	if strings.HasSuffix(src.bucket, "-"+s.cfg.appID) {
		return nil, fail("InvalidParameterValue.CosBucketName", "CosBucketName不规范: it comes without the AppID")
	}
	if s.cfg.codeSource == nil {
		return nil, fail("ResourceNotFound.Cos", "COS does not exist: this server has no code source")
	}
	data, err := s.cfg.codeSource(b, strings.TrimPrefix(src.key, "/"))
	if err != nil {
		return nil, fail("ResourceNotFound.Cos", "%s%s: %v", b.Host(), src.key, err)
	}
	return data, nil
}

// entry is the file that must be in a package for it to start; "" when the runtime does not tell.
func (cfg *settings) entry() string {
	switch cfg.runtime {
	case runtimeGo:
		return cfg.handler
	case runtimeCustom:
		if cfg.kind == "HTTP" {
			return "scf_bootstrap"
		}
		return "bootstrap"
	}
	return ""
}

// has tells whether the package holds a regular file of that name.
func (c *code) has(name string) bool {
	r, err := zip.NewReader(bytes.NewReader(c.zip), int64(len(c.zip)))
	if err != nil {
		return false
	}
	for _, f := range r.File {
		if strings.TrimPrefix(f.Name, "./") == name && f.Mode().IsRegular() {
			return true
		}
	}
	return false
}
