package scf

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

func FuzzNames(f *testing.F) {
	for _, s := range []string{"fn", "media/fn:live", "a/b/c", "fn:$LATEST", ":", "/"} {
		f.Add(s)
	}
	c, err := New(common.NewCredential("a", "b"), "ap-guangzhou")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, name string) {
		r, err := c.ref(name)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			return
		}
		again, err := c.ref(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}

func FuzzZip(f *testing.F) {
	f.Add(zipOf(f, file{"bootstrap", 0o755, "#!/bin/sh\n"}, file{"a/b", 0o644, "x"}))
	f.Add(zipOf(f, file{"main", 0o755, "\x7fELF\x02\x01\x01"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		code, err := codeOfZip(data)
		if err != nil {
			return
		}
		require.Len(t, code.SHA256(), 64)
		for _, runtime := range []string{RuntimeGo1, RuntimeCustom} {
			var bad faultList
			code.check(&bad, runtime, "main", codeLimit{inline: maxInline})
			for _, f := range bad {
				require.NotEmpty(t, f.Reason)
			}
		}
	})
}
