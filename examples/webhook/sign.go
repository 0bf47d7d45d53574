package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// signatureHeader has the form "t=<Unix seconds>,v1=<hex>": the HMAC-SHA256, with the shared secret, of the seconds, a full stop
// and the body. The receiver computes it again, compares in constant time, and refuses an old time, so that nobody who
// recorded a request can send it again later.
const signatureHeader = "X-Webhook-Signature"

func sign(secret, body []byte, now time.Time) string {
	t := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
