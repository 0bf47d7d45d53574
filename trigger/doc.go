// Package trigger binds buckets of COS to functions of SCF: it checks rules, lists what is bound, and changes that to what is
// wanted.
//
// A [Trigger] says which events of which keys of a bucket call which function. COS lets no two rules of a bucket overlap,
// whichever functions they call; [Overlap] is that rule and [Check] applies it to many triggers before anything is sent.
//
//	triggers := trigger.New(client) // an *scf.Client
//	err := triggers.Bind(ctx, trigger.Trigger{
//		Function: "thumbnail",
//		Bucket:   event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"},
//		Event:    event.AnyObjectCreated,
//		Prefix:   "in/",
//		Suffix:   ".jpg",
//	})
//
// A COS trigger cannot be edited, only deleted and created (UpdateTrigger does not take the type "cos"). [Client.Plan] compares
// what is bound with what is wanted and prints the difference; [Client.Apply] makes the change with as short a gap as it can,
// and puts back what it removed if it fails.
//
// # Errors
//
// Errors match those of package scf with errors.Is: [scf.ErrInvalid] for a trigger that cannot be, [scf.ErrConflict] for rules
// that overlap, [scf.ErrLimit] for too many, [scf.ErrNotFound] for a function, bucket or trigger that is not there,
// [scf.ErrDenied], [scf.ErrThrottled], [scf.ErrNotReady].
//
// # Repeats
//
// Every method may be repeated: it compares with what is there before or after it writes. A call whose answer was lost is
// resolved by reading back. [Client] is safe for concurrent use, but two programs that change the triggers of one bucket at
// the same time can make each other fail with a conflict; nothing in the service locks them.
//
// Sources: the documents "COS Trigger" and "Trigger Configuration Description" of SCF; CreateTrigger, ListTriggers,
// DeleteTrigger and UpdateTriggerStatus of its API.
package trigger
