//lint:file-ignore SA1019 the service sends the members that the SDK calls deprecated, and clients read them

package scftest

import scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

// trigger is the form of CreateTrigger and GetFunction. Clients still read the members that the SDK calls deprecated.
func (t *trigger) trigger() *scfsdk.Trigger {
	return &scfsdk.Trigger{
		ModTime: ptr(stamp(t.modified)), Type: ptr(t.kind), TriggerDesc: ptr(t.desc), TriggerName: ptr(t.name), AddTime: ptr(stamp(t.added)),
		Enable: ptr(t.enabled()), CustomArgument: ptr(t.custom), AvailableStatus: ptr("Available"), ResourceId: ptr(t.resource),
		BindStatus: ptr("on"), TriggerAttribute: ptr("single"), Qualifier: ptr(t.qualifier), Description: ptr(t.description),
	}
}

// info is the form of ListTriggers.
func (t *trigger) info() *scfsdk.TriggerInfo {
	return &scfsdk.TriggerInfo{
		ModTime: ptr(stamp(t.modified)), Type: ptr(t.kind), TriggerDesc: ptr(t.desc), TriggerName: ptr(t.name), AddTime: ptr(stamp(t.added)),
		Enable: ptr(uint64(t.enabled())), CustomArgument: ptr(t.custom), AvailableStatus: ptr("Available"), ResourceId: ptr(t.resource),
		BindStatus: ptr("on"), TriggerAttribute: ptr("single"), Qualifier: ptr(t.qualifier), Description: ptr(t.description),
	}
}
