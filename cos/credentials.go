package cos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// ErrNoCredentials says that there is nothing to sign a request with. Inside a function it means that the function has no
// execution role.
var ErrNoCredentials = errors.New("no credentials")

// Credential is one set of keys. Its text shows the id only.
type Credential struct {
	SecretID  string
	SecretKey string `json:"-"`
	// Token belongs to temporary keys; it is empty for permanent ones.
	Token string `json:"-"`
}

// String returns the id, never the key or the token.
func (c Credential) String() string { return fmt.Sprintf("Credential(%s)", c.SecretID) }

// GoString is String, for %#v.
func (c Credential) GoString() string { return c.String() }

func (c Credential) check() error {
	switch {
	case c.SecretID == "" || c.SecretKey == "":
		return ErrNoCredentials
	case strings.ContainsFunc(c.SecretID+c.SecretKey+c.Token, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return errors.New("credentials hold a space or a control character")
	}
	return nil
}

// Credentials gives the keys a request is signed with. Implementations must be safe for concurrent use.
type Credentials interface {
	// Credential is called before each request, each repeat included.
	Credential(ctx context.Context) (Credential, error)
}

// CredentialsFunc makes Credentials of a function.
type CredentialsFunc func(ctx context.Context) (Credential, error)

// Credential calls f.
func (f CredentialsFunc) Credential(ctx context.Context) (Credential, error) { return f(ctx) }

// static is used as a pointer so that a struct that holds it prints an address.
type static struct{ c Credential }

// StaticCredentials always gives the same keys; token is empty unless they are temporary.
func StaticCredentials(id, key, token string) Credentials {
	return &static{Credential{SecretID: id, SecretKey: key, Token: token}}
}

func (s *static) Credential(context.Context) (Credential, error) { return s.c, nil }
func (s *static) String() string                                 { return s.c.String() }
func (s *static) GoString() string                               { return s.c.String() }

type anonymous struct{}

// Anonymous sends requests without a signature: enough to read what is public.
func Anonymous() Credentials { return anonymous{} }

func (anonymous) Credential(context.Context) (Credential, error) { return Credential{}, nil }

// FromSDK gives the keys of a credential of tencentcloud-sdk-go (common.CredentialIface), asked anew for each request.
func FromSDK(c interface {
	GetSecretId() string
	GetSecretKey() string
	GetToken() string
}) Credentials {
	return CredentialsFunc(func(context.Context) (Credential, error) {
		return Credential{SecretID: c.GetSecretId(), SecretKey: c.GetSecretKey(), Token: c.GetToken()}, nil
	})
}

// The variables the platform gives a function that has an execution role.
const (
	envSecretID     = "TENCENTCLOUD_SECRETID"
	envSecretKey    = "TENCENTCLOUD_SECRETKEY"
	envSessionToken = "TENCENTCLOUD_SESSIONTOKEN"
)

// EnvCredentials gives the temporary keys of the function's execution role from TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY
// and TENCENTCLOUD_SESSIONTOKEN. They are read again for each request, because the platform replaces them while the process
// lives; a read that is refused is tried again if they have changed meanwhile. A request without them fails with
// [ErrNoCredentials].
func EnvCredentials() Credentials { return CredentialsFunc(fromEnv) }

func fromEnv(context.Context) (Credential, error) {
	c := Credential{
		SecretID:  os.Getenv(envSecretID),
		SecretKey: os.Getenv(envSecretKey),
		Token:     os.Getenv(envSessionToken),
	}
	if c.SecretID == "" || c.SecretKey == "" {
		return Credential{}, fmt.Errorf("%w: %s and %s are not set (does the function have an execution role?)",
			ErrNoCredentials, envSecretID, envSecretKey)
	}
	return c, nil
}
