package scftest

import (
	"errors"
	"fmt"
)

// apiError is an error in the API's envelope.
type apiError struct{ code, message string }

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(code, format string, args ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, args...)}
}

// asAPIError gives any error its form in the envelope.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	return &apiError{code: "InternalError", message: err.Error()}
}

const (
	codeTriggerInUse = "ResourceInUse.Trigger"
	codeConflict     = "InvalidParameterValue.CosNotifyRuleConflict"
	codeNoFunction   = "ResourceNotFound.Function"
	codeNoQualifier  = "ResourceNotFound.Qualifier"
	codeNoNamespace  = "ResourceNotFound.Namespace"
)

// Messages that clients look for are the service's own, in its language.
const (
	msgState       = "当前函数状态无法进行此操作，请在函数状态正常时重试。"
	msgNoEntry     = "未找到函数执行入口文件，请确认代码包入口文件名和 handler 设置是否对应或代码压缩包是否正常。"
	msgRuntime     = "该Runtime暂时不支持，请修正后再试。"
	msgZip         = "检测到不是标准的zip文件，请重新压缩后再试"
	msgBase64      = "ZipFile base64解码失败: `Incorrect padding`"
	msgSameStatus  = "与原状态一致，无需更改"
	msgRuleOverlap = "COS通知规则冲突"
	msgOffline     = "该接口已下线"
)

func missing(parameter string) error {
	return fail("MissingParameter", "The request is missing a required parameter `%s`.", parameter)
}
