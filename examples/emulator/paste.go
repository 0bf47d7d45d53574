package main

import (
	"io"
	"strings"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

// settingsText prints what a user pastes to reach the emulator with the usual clients.
func settingsText(w io.Writer, cloud *triggertest.Cloud, buckets []event.Bucket) error {
	id, key := cloud.Credentials()
	b := firstBucket(buckets, cloud.AppID())
	text := `COS and SCF on {url}  (SecretId {id}, SecretKey {key})
Buckets: {buckets}

Any client that is told to use plain http
  export HTTP_PROXY={url} http_proxy={url}

Go, cos-go-sdk-v5
  u, _ := url.Parse("http://{host}")
  proxy, _ := url.Parse("{url}")
  client := cos.NewClient(&cos.BaseURL{BucketURL: u}, &http.Client{Transport: &cos.AuthorizationTransport{
      SecretID: "{id}", SecretKey: "{key}",
      Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}})

Go, tencentcloud-sdk-go
  p := profile.NewClientProfile()
  p.HttpProfile.Scheme, p.HttpProfile.Endpoint = "HTTP", "{addr}"
  client, _ := scf.NewClient(common.NewCredential("{id}", "{key}"), "{region}", p)

Node.js, cos-nodejs-sdk-v5
  new COS({ SecretId: '{id}', SecretKey: '{key}', Protocol: 'http:', Proxy: '{url}' })

Node.js, tencentcloud-sdk-nodejs-scf
  new Client({ credential: { secretId: '{id}', secretKey: '{key}' }, region: '{region}',
               profile: { httpProfile: { endpoint: '{addr}', protocol: 'http://' } } })

coscli
  coscli config set --protocol http && HTTP_PROXY={url} coscli ls cos://{bucket} -e cos.{region}.myqcloud.com -i {id} -k {key}

`
	var ids []string
	for _, b := range buckets {
		ids = append(ids, b.ID()+" ("+b.Region+")")
	}
	if ids == nil {
		ids = []string{"none yet"}
	}
	_, err := io.WriteString(w, strings.NewReplacer(
		"{url}", cloud.URL(), "{addr}", strings.TrimPrefix(cloud.URL(), "http://"),
		"{id}", id, "{key}", key,
		"{host}", b.Host(), "{bucket}", b.ID(), "{region}", b.Region,
		"{buckets}", strings.Join(ids, ", "),
	).Replace(text))
	return err
}
