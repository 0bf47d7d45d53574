module github.com/cosevent/cosevent-go/internal/bench

go 1.26.0

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/bytedance/sonic v1.15.5
	github.com/cosevent/cosevent-go v0.0.0-00010101000000-000000000000
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3
	github.com/goccy/go-json v0.12.0
	github.com/johannesboyne/gofakes3 v1.2.0
)

replace github.com/cosevent/cosevent-go => ../..
