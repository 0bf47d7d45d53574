package scftest

import scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

// The API has parameters that the SDK of this module's version does not have yet. These structs add them.
type (
	// newerSettings are what CreateFunction and UpdateFunctionConfiguration take and GetFunction gives back.
	newerSettings struct {
		IntranetConfig *intranetConfig `json:"IntranetConfig"`
		DnsCache       *string         `json:"DnsCache"`
	}
	intranetConfig struct {
		IpFixed   *string   `json:"IpFixed"`
		IpAddress []*string `json:"IpAddress"`
	}

	createFunctionParams struct {
		scfsdk.CreateFunctionRequestParams
		newerSettings
		// InstanceConcurrencyConfig takes the place of the SDK's, which has fewer members. It is kept as it came.
		InstanceConcurrencyConfig map[string]any `json:"InstanceConcurrencyConfig"`
	}
	updateConfigurationParams struct {
		scfsdk.UpdateFunctionConfigurationRequestParams
		newerSettings
		InstanceConcurrencyConfig map[string]any `json:"InstanceConcurrencyConfig"`
		TraceEnable               *string        `json:"TraceEnable"`
	}
	getFunctionAnswer struct {
		scfsdk.GetFunctionResponseParams
		newerSettings
		InstanceConcurrencyConfig map[string]any      `json:"InstanceConcurrencyConfig"`
		Layers                    []*layerVersionInfo `json:"Layers"`
	}

	publishLayerParams struct {
		scfsdk.PublishLayerVersionRequestParams
		Tags []*scfsdk.Tag `json:"Tags"`
	}
	layerVersionInfo struct {
		scfsdk.LayerVersionInfo
		Tags []*scfsdk.Tag `json:"Tags"`
	}
	getLayerVersionAnswer struct {
		scfsdk.GetLayerVersionResponseParams
		Tags []*scfsdk.Tag `json:"Tags"`
	}
	listLayerVersionsAnswer struct {
		LayerVersions []*layerVersionInfo `json:"LayerVersions"`
		RequestId     *string             `json:"RequestId"`
	}
	listLayersAnswer struct {
		Layers     []*layerVersionInfo `json:"Layers"`
		TotalCount *int64              `json:"TotalCount"`
		RequestId  *string             `json:"RequestId"`
	}

	// asyncTriggerConfig is the event-invoke configuration: a retry policy for each kind of error.
	asyncTriggerConfig struct {
		RetryConfig []*retryConfig `json:"RetryConfig"`
		MsgTTL      *int64         `json:"MsgTTL"`
	}
	retryConfig struct {
		ErrorCode     []*string `json:"ErrorCode"`
		RetryNum      *int64    `json:"RetryNum"`
		RetryInterval *int64    `json:"RetryInterval"`
	}
	updateEventInvokeParams struct {
		AsyncTriggerConfig *asyncTriggerConfig `json:"AsyncTriggerConfig"`
		FunctionName       *string             `json:"FunctionName"`
		Namespace          *string             `json:"Namespace"`
	}
	getEventInvokeAnswer struct {
		AsyncTriggerConfig *asyncTriggerConfig `json:"AsyncTriggerConfig"`
		RequestId          *string             `json:"RequestId"`
	}

	deleteVersionParams struct {
		FunctionName *string `json:"FunctionName"`
		Namespace    *string `json:"Namespace"`
		Qualifier    *string `json:"Qualifier"`
		ForceDelete  *string `json:"ForceDelete"`
	}
	emptyAnswer struct {
		RequestId *string `json:"RequestId"`
	}
)
