// Package scftest is a fake of Tencent Cloud's Serverless Cloud Function (SCF) for tests and offline work. It serves the real
// API 3.0 with its signatures on a loopback address, runs functions in this process or as processes of their own, keeps the
// asynchronous queue with its retries and dead letters, holds COS and timer triggers, and answers queries for logs as the Cloud
// Log Service (CLS) does. [NewServer] is the entry point; [Start] is the same for programs.
//
// Package triggertest of this module joins it with a fake COS, so that a write to a bucket runs a function.
//
// # Code
//
// A function's code is either a handler of the test's own process ([Server.Handle]) or the zip that was uploaded. A handler's
// context carries a function.Context and ends with the function's time-out, in real time. A handler that panics fails with
// status 430 and its stack; one that ends its goroutine, as require does through t.FailNow, fails with 439. A handler that
// does not heed its context when its time is over is left behind: Close waits five seconds for it.
//
// An uploaded zip of the runtimes Go1 and CustomRuntime runs as a process, on Linux. It is the caller's own code, and it runs
// with the caller's rights: this is no sandbox. What is done is what a test needs: a process group of its own that is killed
// at time-outs, and by the kernel when this program ends; the documented environment variables and nothing of the caller's
// environment; the unpacked package as working directory; a private TMPDIR and HOME, removed with the instance. /tmp itself
// and /var/user are those of the machine: USER_CODE_ROOT and PWD tell the real place. A zip with names that lead out of the
// directory, with links, with a file twice or with more than 500 MB unpacked is refused (status 445).
//
// The memory limit is enforced twice: the kernel refuses private writable memory beyond the limit plus 256 MB (RLIMIT_DATA;
// Go programs map memory in steps of 64 MB without using it), and the resident memory of the process and its descendants is
// looked at every 10 ms of an execution and at its end: more than the limit ends it with 434. The kernel also limits open files
// (1,024), the size of a file (512 MB) and core dumps (none). An instance takes one event at a time, is used again while it is
// warm, runs on between events, and is reaped when it was idle for five minutes of the clock. Other runtimes, and images, are
// stored but not run: give such a function a handler. Networks, fixed addresses, file systems and layers are stored and given
// back with addresses of the range for documentation; they have no effect.
//
// # Time
//
// There is one clock, real time plus what [Server.Advance] added. On it are status changes, retries, timer triggers, idle
// instances and the lives of credentials. Executions themselves take real time. [Server.Settle] waits until only events remain
// that wait for a later instant. Times in the API are those of UTC+8, as in the cloud. The log of an execution can be read when
// it is over.
//
// # Asynchronous events
//
// An event that fails is retried as the function's event-invoke configuration says, a minute apart, with the same request id;
// failures of the platform (500) and of concurrency (432) are retried every minute until the event is too old. Then it goes to
// the function's dead-letter queue ([Server.DeadLetters]) or is dropped. The queue holds 100,000 events, those waiting for a
// retry included; when it is full, callers wait. A function that queues events while it runs, and waits for room that only its
// own end would make, is ended by its time-out. [Shuffle] and [Duplicate] do to the events what the cloud may do to them.
// Events that are still queued when the server closes end without a call of Done.
//
// # Status codes
//
//	407 response over 6 MB            437 no such file as the handler's      443 does not start, or exits before it is ready
//	430 error or panic in user code   438 function is not Active             444 image
//	432 concurrency                   439 process ended during an event      445 cannot be unpacked, runtime not run here
//	433 time-out, of INIT too         442 no such version or alias           499 ended by TerminateAsyncEvent
//	434 memory                        435 no such function                   500 fault of the platform: see [OpExecute]
//
// # Unknowns
//
// What the real service does in these points is documented nowhere. The fake picks the first, and lets an option pick the other.
//
//	point                                          picked                                      otherwise
//	the same COS trigger once more                 ResourceInUse.Trigger                       WithDuplicateTriggerCode
//	a rule that overlaps another                   InvalidParameterValue.CosNotifyRuleConflict -
//	rule of a closed COS trigger                   not held on the bucket                      ClosedTriggersHoldRules
//	DeleteTrigger of cos without TriggerDesc       InvalidParameterValue.TriggerDesc           DeleteTriggerWithoutDesc
//	members of TriggerDesc in another case         InvalidParameterValue.TriggerDesc           -
//	Suffix without a leading dot                   InvalidParameterValue.TriggerDesc           AnySuffix
//	Result.InvokeResult of a failure               0                                           FailureInInvokeResult
//	where a failure's text is                      Result.ErrMsg                               FailureInRetMsg
//	parameters the API version does not have       ignored                                     WithStrictParameters
//	log topic of a function that names none        the region's own: DefaultTopic              WithoutLogTopic
//	credentials without an execution role          none                                        WithCredentialsForAll
//	missing function, function that exists         ResourceNotFound.Function, ResourceInUse.Function
//	code of GetFunctionLogs, which is offline      UnsupportedOperation
//	a Go1 package without the handler's file       CreateFailed; a bootstrap that is missing shows at the first event (437)
//	events while a function is being updated       438 and retried
//	INIT takes too long                            433 "Initializing task timed out after n seconds"
//	SCF_StatusCode of lines before the end         202
//	SCF_MemUsage                                   bytes
//	RoutingKey against a version match             key "User" for "invoke.headers.User"
//	an alias's additional version is its own       InvalidParameterValue.AdditionalVersionWeights
//	retries of 432 other than -1                   LimitExceeded.RetryNum
//	null in a list                                 InvalidParameter
//	a query that compares text with a number       text goes before numbers
//
// # Errors
//
// Messages are Chinese, or English if the call says so (X-TC-Language: en-US, or the parameter Language); those about the form
// and the signature of a call are always English. Codes are the documented ones. Where this fake lacks something that the
// service has, the message begins with "This fake".
//
// # Actions
//
// The table is generated from the one that dispatches calls (go test -run TestActionsTable -update).
//
//	CopyFunction                        within and across namespaces and regions
//	CreateAlias                         weights and matches
//	CreateFunction                      Creating on the clock; code by ZipFile or from COS
//	CreateNamespace                     5 a region
//	CreateTrigger                       types cos and timer
//	DeleteAlias                         not $DEFAULT, not with triggers
//	DeleteFunction                      whole, or one version by Qualifier
//	DeleteFunctionVersion               not while an alias routes to it
//	DeleteLayerVersion                  stored, not mounted
//	DeleteNamespace                     an empty one
//	DeleteProvisionedConcurrencyConfig  stored
//	DeleteReservedConcurrencyConfig
//	DeleteTrigger                       by meaning; cos needs TriggerDesc
//	GetAccount                          usage and limits
//	GetAlias
//	GetAsyncEventStatus                 functions with AsyncRunEnable
//	GetFunction                         configuration, status, triggers, code with ShowCode
//	GetFunctionAddress                  the package, from this server
//	GetFunctionEventInvokeConfig
//	GetFunctionLogs                     offline: UnsupportedOperation
//	GetLayerVersion                     stored, not mounted
//	GetProvisionedConcurrencyConfig     stored
//	GetRequestStatus                    one entry an attempt
//	GetReservedConcurrencyConfig
//	Invoke                              RequestResponse and Event
//	InvokeFunction                      synchronous
//	ListAliases                         by version, pages
//	ListAsyncEvents                     functions with AsyncRunEnable
//	ListFunctions                       search, filters, order, pages
//	ListLayerVersions                   by runtime
//	ListLayers                          by runtime and name, pages
//	ListNamespaces                      search, order, pages
//	ListTriggers                        filters, order, pages
//	ListVersionByFunction               order, pages
//	PublishLayerVersion                 stored, not mounted
//	PublishVersion                      Publishing on the clock
//	PutProvisionedConcurrencyConfig     stored
//	PutReservedConcurrencyConfig        takes effect: 432
//	PutTotalConcurrencyConfig           takes effect: 432
//	TerminateAsyncEvent                 running and queued ones
//	UpdateAlias                         weights and matches
//	UpdateFunctionCode                  Updating on the clock
//	UpdateFunctionConfiguration         Updating on the clock
//	UpdateFunctionEventInvokeConfig     RetryNum and MsgTTL take effect
//	UpdateNamespace                     the description
//	UpdateTrigger                       type timer
//	UpdateTriggerStatus                 OPEN and CLOSE
//	cls.SearchLog                       CQL and SQL over a function's log topic
package scftest
