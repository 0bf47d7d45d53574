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

const maxZip = 50 << 20 // of a package in a call; one from COS has the limits of the unpacked code only

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
	codeSource               string // the parameter CodeSource
	zip, bucket, region, key string
	image                    bool
	unsupported              string // the member of Code that this fake does not take
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
	for _, m := range []struct {
		name  string
		value *string
	}{{"DemoId", c.DemoId}, {"TempCosObjectName", c.TempCosObjectName}, {"GitUrl", c.GitUrl}} {
		if str(m.value) != "" {
			src.unsupported = m.name
		}
	}
	src.given = c.ZipFile != nil || src.bucket != "" || src.image || src.unsupported != ""
	return src
}

// check refuses a source that this fake does not have, or none.
func (src source) check() error {
	switch src.codeSource {
	case "", "ZipFile", "Cos":
	case "Demo", "TempCos", "Git":
		return fail("UnsupportedOperation.CodeSource", "此模拟服务不支持CodeSource %s，仅支持ZipFile和Cos", "This fake has no CodeSource %s: only ZipFile and Cos", src.codeSource)
	default:
		return fail("InvalidParameterValue.CodeSource", "CodeSource传入错误: %q", "CodeSource is %q, must be ZipFile or Cos", src.codeSource)
	}
	if src.unsupported != "" && src.zip == "" && src.bucket == "" && !src.image {
		return fail("UnsupportedOperation.CodeSource", "此模拟服务不支持Code.%s，仅支持ZipFile、CosBucketName和ImageConfig",
			"This fake does not take Code.%s: only ZipFile, CosBucketName and ImageConfig", src.unsupported)
	}
	if !src.given {
		return noCode()
	}
	return nil
}

// load gets a package. It calls the code source, so the lock must not be held.
func (s *Server) load(region string, src source) (*code, error) {
	if err := src.check(); err != nil {
		return nil, err
	}
	var data []byte
	switch {
	case src.image:
		return &code{}, nil
	case src.zip != "":
		b, err := base64.StdEncoding.DecodeString(src.zip)
		if err != nil {
			return nil, fail("InvalidParameterValue.ZipFileBase64BinasciiError", "ZipFile base64解码失败: `Incorrect padding`", "ZipFile is not base64: `Incorrect padding`")
		}
		if len(b) > maxZip {
			return nil, fail(codeZip, "ZipFile大小超出限制: %d字节，最大为%d，更大的代码包请通过COS上传", "ZipFile has %d bytes, at most %d: give a larger package by COS", len(b), maxZip)
		}
		data = b
	case src.bucket != "":
		b, err := s.fromCOS(region, src)
		if err != nil {
			return nil, err
		}
		data = b
	default:
		return nil, noCode()
	}
	if _, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err != nil {
		return nil, fail(codeZip, "检测到不是标准的zip文件，请重新压缩后再试", "The package is not a zip file: compress it again")
	}
	return &code{zip: data}, nil
}

// fromCOS reads a package from a bucket. Its key comes with or without a leading slash.
func (s *Server) fromCOS(region string, src source) ([]byte, error) {
	key := strings.TrimPrefix(src.key, "/")
	if key == "" {
		return nil, fail("InvalidParameterValue.CosObjectName", "CosObjectName不合法: %q", "CosObjectName is %q, must be the key of the package", src.key)
	}
	if src.region != "" {
		region = src.region
	}
	b := event.Bucket{Name: src.bucket, AppID: s.cfg.appID, Region: region}
	if strings.HasSuffix(src.bucket, "-"+s.cfg.appID) {
		return nil, fail("InvalidParameterValue.CosBucketName", "CosBucketName不规范: %q，不应包含AppID", "CosBucketName %q must come without the AppID", src.bucket)
	}
	if s.cfg.codeSource == nil {
		return nil, fail("ResourceNotFound.Cos", "Cos不存在: 此服务未配置代码来源", "COS does not exist: this server has no code source")
	}
	data, err := s.cfg.codeSource(b, key)
	if err != nil {
		return nil, fail("ResourceNotFound.Cos", "%s/%s: %v", "%s/%s: %v", b.Host(), key, err)
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
