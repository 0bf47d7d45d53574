package scf

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// Limits of a package, from the service's "限制说明" and "请求结构" documents.
const (
	// maxInline is the largest zip a signed request of 10 MB can carry in base64, with room for the rest of the request.
	maxInline = 7<<20 + 512<<10 - 64<<10
	// maxZip bounds what is read into memory; a package may have 500 MB unpacked.
	maxZip      = 500 << 20
	maxUnpacked = 500 << 20
)

// Code is the package of a function: a zip file in memory, or one in a COS bucket. The zero value is no code. Copies share
// the bytes.
type Code struct {
	zip              []byte
	bucket           event.Bucket
	key              string
	runtime, handler string
	hash             string // SHA-256 of the zip, lower-case hexadecimal
	sound            string // entry that was found sound when the package was made
}

// Zip returns the package's bytes, nil for one in a bucket. They must not be changed.
func (c Code) Zip() []byte { return c.zip }

// Runtime returns the runtime the package shows, or "".
func (c Code) Runtime() string { return c.runtime }

// Handler returns the handler the package shows, or "".
func (c Code) Handler() string { return c.handler }

// Size returns the package's size in bytes, 0 for one in a bucket.
func (c Code) Size() int64 { return int64(len(c.zip)) }

// SHA256 returns the hash of the package in lower-case hexadecimal, which the service's GetFunctionAddress returns as
// CodeSha256; "" if it is not known.
func (c Code) SHA256() string { return c.hash }

// Bucket returns where the package is in COS; ok is false for one in memory.
func (c Code) Bucket() (b event.Bucket, key string, ok bool) { return c.bucket, c.key, c.key != "" }

// WithSHA256 returns the code with the hash of its package, in hexadecimal, which [Client.Deploy] needs to see whether a
// package in a bucket differs from the deployed one. Without it such a package is deployed every time.
func (c Code) WithSHA256(hash string) Code {
	if c.zip == nil {
		c.hash = normalHash(hash)
	}
	return c
}

// String tells where the package is, its size and hash.
func (c Code) String() string {
	switch {
	case c.key != "":
		return "cos://" + c.bucket.ID() + c.key
	case c.zip == nil:
		return "none"
	}
	return fmt.Sprintf("%d bytes sha256:%.12s", len(c.zip), c.hash)
}

// GoString is String: a package is long.
func (c Code) GoString() string { return "scf.Code{" + c.String() + "}" }

// FromCOS is the package at key of bucket, a zip file that the service reads when it needs it. The bucket must be in the
// region of the function. The package is not looked at: set the function's Runtime and Handler.
func FromCOS(bucket event.Bucket, key string) Code {
	return Code{bucket: bucket, key: "/" + strings.TrimPrefix(key, "/")}
}

// ZipFile is the zip file at path. Runtime and handler are recognised from its root: a file bootstrap is the Custom Runtime,
// a single Linux binary is Go1; with anything else the function must name both.
func ZipFile(path string) (Code, error) {
	f, err := os.Open(path)
	if err != nil {
		return Code{}, fmt.Errorf("scf: package: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxZip+1))
	if err != nil {
		return Code{}, fmt.Errorf("scf: package: %w", err)
	}
	if len(data) > maxZip {
		return Code{}, &InvalidError{"package " + path, []Fault{{"size", fmt.Sprintf("more than %d MB", maxZip>>20)}}}
	}
	code, err := codeOfZip(data)
	if err != nil {
		return Code{}, &InvalidError{"package " + path, []Fault{{"zip", err.Error()}}}
	}
	return code, nil
}

// codeOfZip recognises runtime and handler.
func codeOfZip(data []byte) (Code, error) {
	sum := sha256.Sum256(data)
	c := Code{zip: data, hash: hex.EncodeToString(sum[:])}
	r, err := openZip(data)
	if err != nil {
		return Code{}, err
	}
	var binaries []string
	for _, f := range r.File {
		switch {
		case f.Name == "bootstrap":
			c.runtime, c.handler = RuntimeCustom, "bootstrap"
			return c, nil
		case !strings.Contains(f.Name, "/") && f.Mode().IsRegular() && isELF(f):
			binaries = append(binaries, f.Name)
		}
	}
	if len(binaries) == 1 {
		c.runtime, c.handler = RuntimeGo1, binaries[0]
	}
	return c, nil
}

func openZip(data []byte) (*zip.Reader, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, errors.New("not a zip file: " + err.Error())
	}
	var total uint64
	for _, f := range r.File {
		if !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) || path.Clean(f.Name) == "." {
			return nil, fmt.Errorf("entry %q leaves the package", f.Name)
		}
		if total += f.UncompressedSize64; f.UncompressedSize64 > maxUnpacked || total > maxUnpacked {
			return nil, fmt.Errorf("unpacked more than %d MB", maxUnpacked>>20)
		}
	}
	return r, nil
}

// codeLimit is how a package can travel.
type codeLimit struct {
	inline  int  // largest zip a request can carry
	uploads bool // a bucket takes larger ones
	region  string
	none    bool // no package at all is right: an update of the configuration
}

// check adds what the service would refuse, or would only find out when the function is run.
func (c Code) check(bad *faultList, runtime, handler string, limit codeLimit) {
	if c.key != "" {
		c.checkStored(bad, limit)
		return
	}
	if len(c.zip) == 0 && limit.none {
		return
	}
	if len(c.zip) == 0 {
		bad.add("Code", "missing")
		return
	}
	if len(c.zip) > limit.inline && !limit.uploads {
		bad.addf("Code", "%d bytes are more than the %d a request can carry; give the client WithUpload, a bucket to send it through",
			len(c.zip), limit.inline)
	}
	r, err := openZip(c.zip)
	if err != nil {
		bad.check("Code", err)
		return
	}
	if len(r.File) == 0 {
		bad.add("Code", "the package is empty")
		return
	}
	switch runtime {
	case RuntimeGo1:
		if handler != "" && handler != c.sound {
			bad.check("Code", checkEntry(r, handler, false))
		}
	case RuntimeCustom:
		if c.sound != "bootstrap" {
			bad.check("Code", checkEntry(r, "bootstrap", true))
		}
	}
}

func (c Code) checkStored(bad *faultList, limit codeLimit) {
	switch {
	case c.bucket.Name == "" || c.bucket.AppID == "" || c.bucket.Region == "":
		bad.addf("Code", "bucket %+v lacks name, appid or region", c.bucket)
	case c.bucket.Region != limit.region:
		bad.addf("Code", "the bucket is in %s, the function in %s", c.bucket.Region, limit.region)
	}
	if c.key == "/" {
		bad.add("Code", "no key")
	}
	if c.hash != "" && len(c.hash) != 2*sha256.Size {
		bad.addf("Code", "%q is no SHA-256 in hexadecimal", c.hash)
	}
}

// normalHash brings the ways to write a SHA-256 into one: lower-case hexadecimal.
func normalHash(s string) string {
	s = strings.TrimSpace(s)
	if raw, err := base64.StdEncoding.DecodeString(s); err == nil && len(raw) == sha256.Size {
		return hex.EncodeToString(raw)
	}
	return strings.ToLower(s)
}
