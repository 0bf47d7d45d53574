module github.com/cosevent/cosevent-go/examples/thumbnail-webp

go 1.26.0

require (
	github.com/cosevent/cosevent-go v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
	golang.org/x/image v0.47.0
)

require (
	github.com/clbanning/mxj v1.8.4 // indirect
	github.com/google/go-querystring v1.0.0 // indirect
	github.com/hashicorp/cronexpr v1.1.3 // indirect
	github.com/mitchellh/mapstructure v1.4.3 // indirect
	github.com/mozillazg/go-httpheader v0.2.1 // indirect
	github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common v1.3.209 // indirect
	github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf v1.0.729 // indirect
	github.com/tencentyun/cos-go-sdk-v5 v0.7.70 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/cosevent/cosevent-go => ../..
