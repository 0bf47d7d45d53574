package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

// Codes of the document "PurgeUrlsCache" of the CDN API, version 2018-06-06. The older and the newer name of each stand together.
var (
	batchTooLarge  = []string{"LimitExceeded.CdnPurgeUrlExceedBatchLimit", "LimitExceeded.CdnPurgeExceedBatchLimit"}
	dayUsedUp      = []string{"LimitExceeded.CdnPurgeUrlExceedDayLimit", "LimitExceeded.CdnPurgeExceedDayLimit"}
	batchHasBadURL = []string{"InvalidParameter.CdnUrlExceedLength"}
)

// errDayUsedUp says that the account may purge no more URLs today.
var errDayUsedUp = errors.New("the account's purges of the day are used up; replay the event tomorrow")

// purger calls the CDN API.
type purger struct {
	client *common.Client
	area   string
}

func newPurger(s settings, cred common.CredentialIface) *purger {
	p := profile.NewClientProfile()
	p.Language = "en-US"
	p.HttpProfile.Scheme = strings.ToUpper(s.endpoint.Scheme)
	p.HttpProfile.Endpoint = s.endpoint.Host
	p.HttpProfile.ReqTimeout = 20 // seconds
	return &purger{common.NewCommonClient(cred, "", p), s.area}
}

// purge submits URLs of one domain and returns the id of the task.
func (p *purger) purge(ctx context.Context, urls []string) (task string, err error) {
	req := tchttp.NewCommonRequest("cdn", "2018-06-06", "PurgeUrlsCache")
	req.SetContext(ctx)
	params := map[string]any{"Urls": urls}
	if p.area != "" {
		params["Area"] = p.area
	}
	if err := req.SetActionParameters(params); err != nil {
		return "", err
	}
	resp := &response{BaseResponse: &tchttp.BaseResponse{}}
	err = p.client.Send(req, resp)
	switch {
	case ctx.Err() != nil && err != nil:
		return "", ctx.Err()
	case isOf(err, dayUsedUp):
		return "", fmt.Errorf("%w (%w)", errDayUsedUp, err)
	}
	return resp.Response.TaskId, err
}

type response struct {
	*tchttp.BaseResponse
	Response struct{ TaskId, RequestId string }
}

func dayIsOver(err error) bool { return errors.Is(err, errDayUsedUp) }

// isOf reports whether err is the service's, with one of the codes.
func isOf(err error, lists ...[]string) bool {
	var refused *tcerrors.TencentCloudSDKError
	return errors.As(err, &refused) && slices.ContainsFunc(lists, func(codes []string) bool { return slices.Contains(codes, refused.GetCode()) })
}

// roleCredentials are those of the function's execution role, read at each request because the platform replaces them.
type roleCredentials struct{}

func (roleCredentials) GetSecretId() string  { return os.Getenv("TENCENTCLOUD_SECRETID") }
func (roleCredentials) GetSecretKey() string { return os.Getenv("TENCENTCLOUD_SECRETKEY") }
func (roleCredentials) GetToken() string     { return os.Getenv("TENCENTCLOUD_SESSIONTOKEN") }

func (c roleCredentials) GetCredential() (id, key, token string) {
	return c.GetSecretId(), c.GetSecretKey(), c.GetToken()
}
