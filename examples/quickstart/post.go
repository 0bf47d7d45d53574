package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// postForm uploads an object as a browser's form does (POST Object). The official Go client has no call for it. The form is
// signed through its policy, as "POST Object" of the COS API documents describes.
func postForm(ctx context.Context, w *world, b event.Bucket, key string, content []byte) error {
	now := time.Now()
	keyTime := fmt.Sprintf("%d;%d", now.Add(-time.Minute).Unix(), now.Add(10*time.Minute).Unix())
	policy, err := json.Marshal(map[string]any{
		"expiration": now.Add(10 * time.Minute).UTC().Format("2006-01-02T15:04:05.000Z"),
		"conditions": []any{
			map[string]string{"bucket": b.ID()},
			[]any{"starts-with", "$key", ""},
			map[string]string{"q-sign-algorithm": "sha1"},
			map[string]string{"q-ak": w.secretID},
			map[string]string{"q-sign-time": keyTime},
		},
	})
	if err != nil {
		return err
	}
	policyHash := sha1.Sum(policy)
	signKey := hmacSHA1([]byte(w.secretKey), keyTime)
	fields := [][2]string{
		{"key", key},
		{"Content-Type", "image/jpeg"},
		{"policy", base64.StdEncoding.EncodeToString(policy)},
		{"q-sign-algorithm", "sha1"},
		{"q-ak", w.secretID},
		{"q-key-time", keyTime},
		{"q-signature", hmacSHA1([]byte(signKey), hex.EncodeToString(policyHash[:]))},
	}
	if w.token != "" {
		fields = append(fields, [2]string{"x-cos-security-token", w.token})
	}

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	file, err := form.CreateFormFile("file", "upload.jpg") // the file comes last
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.scheme+"://"+b.Host()+"/", &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := w.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	return nil
}

func hmacSHA1(key []byte, text string) string {
	m := hmac.New(sha1.New, key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
