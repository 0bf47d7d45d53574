// Package account is the made-up account that the fakes have unless told otherwise, the same in all of them.
package account

// Example values: no real account has them, and they open nothing.
const (
	AppID     = "1250000000"
	UIN       = "100000000001"
	SecretID  = "AKIDcoseventexample0000000000000000"
	SecretKey = "coseventexamplesecretkey00000000"
)
