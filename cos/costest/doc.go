// Package costest is a fake COS that clients cannot tell from the cloud.
//
// [NewServer] starts one for a test, on a loopback port; [Server.Client] returns the official client, already pointed there. The
// wire is the real one: the XML API with host names, q-sign signatures, CRC64 and ETag, so any client works, in any language,
// through the Host header, as an HTTP proxy, or with its dialer pointed at [Server.URL].
package costest
