package scftest

import "github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"

// Codes that options or several actions name.
const (
	codeTriggerInUse = "ResourceInUse.Trigger"
	codeConflict     = "InvalidParameterValue.CosNotifyRuleConflict"
	codeTriggerDesc  = "InvalidParameterValue.TriggerDesc"
	codeTriggerName  = "InvalidParameterValue.TriggerName"
	codeFunctionName = "InvalidParameterValue.FunctionName"
	codeEnvironment  = "InvalidParameterValue.Environment"
	codeRouting      = "InvalidParameterValue.RoutingConfig"
	codeFilters      = "InvalidParameterValue.Filters"
	codeDeadLetter   = "InvalidParameterValue.DeadLetterConfig"
	codeZip          = "InvalidParameterValue.ZipFile"
)

// Texts of a version's status, which clients look for.
var textNoEntry = apiv3.Text{
	Chinese: "未找到函数执行入口文件，请确认代码包入口文件名和 handler 设置是否对应或代码压缩包是否正常。",
	English: "The entry file of the function was not found: check that the package has the file that the handler names.",
}

// fail returns an error of the API with its message in both languages; both formats take the same arguments. Where the
// service's own Chinese message is known, it is that.
func fail(code, chinese, english string, args ...any) error {
	return apiv3.Localf(code, chinese, english, args...)
}

func missing(parameter string) error { return apiv3.Missing(parameter) }

func noNamespace(name string) error {
	return fail("ResourceNotFound.Namespace", "命名空间不存在: %s", "Namespace %s does not exist", name)
}

func noFunction(name string) error {
	return fail("ResourceNotFound.Function", "函数不存在: %s", "Function %s does not exist", name)
}

func noQualifier(name string) error {
	return fail("ResourceNotFound.Qualifier", "版本或别名不存在: %s", "Version or alias %s does not exist", name)
}

func noVersion(code, name string) error {
	return fail(code, "版本不存在: %s", "Version %s does not exist", name)
}

func noLayer(name string) error {
	return fail("ResourceNotFound.Layer", "层不存在: %s", "Layer %s does not exist", name)
}

func noLayerVersion(name string, number int64) error {
	return fail("ResourceNotFound.LayerVersion", "层版本不存在: %s %d", "Version %[2]d of layer %[1]s does not exist", name, number)
}

func noEvent(id string) error {
	return fail("ResourceNotFound.AsyncEvent", "异步事件不存在: %s", "Asynchronous event %s does not exist", id)
}

func functionExists(name string) error {
	return fail("ResourceInUse.Function", "函数已存在: %s", "Function %s exists already", name)
}

func tooManyFunctions() error {
	return fail("LimitExceeded.Function", "函数数量超出限制: %d", "A namespace has at most %d functions", maxFunctions)
}

// wrongState refuses an action on a function that is in a passing or failed status.
func wrongState(code, status string) error {
	return fail(code, "当前函数状态无法进行此操作，请在函数状态正常时重试。(%s)", "The function is %s: try again when it is Active", status)
}

func noCode() error {
	return fail("MissingParameter.Code", "Code参数缺失: ZipFile，或CosBucketName和CosObjectName，或ImageConfig",
		"Code is missing: give ZipFile, or CosBucketName and CosObjectName, or ImageConfig")
}

func unknownRuntime(code, runtime string) error {
	return fail(code, "该Runtime暂时不支持，请修正后再试。(%s)", "Runtime %s is not supported", runtime)
}

func wrongFilter(name string) error {
	return fail(codeFilters, "Filters参数错误: %q", "Filters has no name %q", name)
}

func longDescription() error {
	return fail("InvalidParameterValue.Description", "Description超出长度限制: %d", "Description is longer than %d bytes", maxDescription)
}

func wrongTime(s string) error {
	return fail("InvalidParameterValue.DateTime", "DateTime传入错误: %q，格式为2006-01-02 15:04:05", "%q is not a time of the form 2006-01-02 15:04:05", s)
}

func missingDesc() error {
	return fail(codeTriggerDesc, "TriggerDesc参数传入错误: cos触发器必须指定TriggerDesc", "A trigger of type cos needs TriggerDesc")
}
